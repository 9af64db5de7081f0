"""One request over the network: what may be reached, how it is asked, what comes back."""
