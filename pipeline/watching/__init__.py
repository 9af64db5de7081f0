"""What looks on and tells: saved searches, alerts, the health of sources, the condition of the service."""
