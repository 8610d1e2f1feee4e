"""Capture: from a solved ticket to the right outcome, and to a draft with its evidence."""
