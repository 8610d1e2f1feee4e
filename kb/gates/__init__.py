"""The last looks: whatever is about to go out is read once more, and stays in when in doubt."""
