"""What editors and operators work at: corrections, mails and readers, the outlets as sources."""
