"""What a reader gets: articles in, an e-mail out. Composing and rendering are pure; only `send` touches the network."""
