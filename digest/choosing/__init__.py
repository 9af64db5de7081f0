"""What an edition says: which stories, in which order, the numbers, every sentence about them. Pure."""
