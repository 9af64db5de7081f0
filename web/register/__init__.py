"""The pages of the register: matters, who answers by when, what came of it."""
