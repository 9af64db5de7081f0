"""What every verb stands on: counts, locks with their processes, mail, the outlets and models in use, the index."""
