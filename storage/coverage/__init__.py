"""What was published: articles, versions, tags, stories, what persons put right, and counts of it all."""

from storage.coverage import again, articles, corrections, counts, reading, save, stories

__all__ = ["again", "articles", "corrections", "counts", "reading", "save", "stories"]
