"""Page forms: how the publishing systems of Vietnamese outlets lay an article out, varied by a seed, with the truth."""
