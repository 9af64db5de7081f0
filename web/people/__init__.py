"""Accounts: the entrance, what a person sets for herself, the administrator's pages, the audit log in words."""
