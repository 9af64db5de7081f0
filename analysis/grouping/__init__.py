"""Which articles belong together: fingerprints, reprints, stories."""
