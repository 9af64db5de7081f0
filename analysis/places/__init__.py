"""Where a text plays: the country's units with their validity, the names in a text, the area an office follows."""
