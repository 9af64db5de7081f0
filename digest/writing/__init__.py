"""The mails as bytes: digests, saved searches, notices; plain text first, then HTML."""
