"""Docworthy: resolved support tickets become reviewed articles, and the articles report back."""

__version__ = "0.1.0"
