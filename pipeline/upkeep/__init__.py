"""What keeps an installation whole: backup, retention, the checks of archive and set-up."""
