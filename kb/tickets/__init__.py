"""Tickets: what one is, and how raw ones come in redacted."""
