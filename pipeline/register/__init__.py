"""The register as people work at it: acts, each in the audit log by its own commit, and what is shown of it."""
