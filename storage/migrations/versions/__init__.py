"""A module a step; a released one never changes."""
