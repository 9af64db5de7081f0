"""What keeps an archive whole: backups, checks, retention, the ledgers of runs and leases, figures for the operator."""

from storage.upkeep import backup, checks, checks_content, figures, leases, retention, runs, server_tools

__all__ = ["backup", "checks", "checks_content", "figures", "leases", "retention", "runs", "server_tools"]
