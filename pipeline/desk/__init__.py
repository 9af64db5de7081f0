"""What people do: corrections, stories merged and split, readers, accounts, what was given up, an article by hand."""
