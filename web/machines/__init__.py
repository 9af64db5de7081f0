"""What machines ask: is it alive, is it ready, how does it do."""
