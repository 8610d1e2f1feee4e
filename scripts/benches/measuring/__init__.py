"""Parts of `scripts/bench measure`."""
