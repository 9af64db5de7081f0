"""The ground of the analysis: which language a text is in, and its words in each of them."""
