"""The plugin, through real builds and a real browser."""
