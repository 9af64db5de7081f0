"""A small press to run against: outlets with the habits of real ones, served on loopback, with ground truth."""
