"""What every page shares: the site, who asks and whether they may, the guard around all, words in both languages."""
