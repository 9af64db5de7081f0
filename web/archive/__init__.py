"""What is read: today, search, articles and stories, figures, exports, saved searches."""
