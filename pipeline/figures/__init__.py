"""What is counted for readers and pages: units of the area, trends, today, what an edition tells."""
