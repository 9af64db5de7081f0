"""What is said of an article: topics, tone and relevance, each with the words that decided."""
