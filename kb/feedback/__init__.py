"""What goes back to the people who can act: a worklist, a digest, a card for each author."""
