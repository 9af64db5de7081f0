"""Where a mail goes and what became of it: addresses, and SMTP."""
