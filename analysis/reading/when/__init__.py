"""When an article was published: its dates read, those that are its own, the choice between them."""
