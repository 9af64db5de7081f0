"""Where articles are announced: feeds, sitemaps and section pages, from bytes to links."""
