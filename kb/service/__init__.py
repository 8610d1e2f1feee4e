"""The street door: HTTP for readers and for the team."""
