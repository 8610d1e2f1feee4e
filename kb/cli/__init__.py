"""The front door: one command a verb."""

from kb.cli.main import main

__all__ = ["main"]
