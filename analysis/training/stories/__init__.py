"""What grouping knows, made: rarity and meaning of terms from the press, weights from days grouped by readers."""
