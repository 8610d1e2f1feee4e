"""What goes back to the people who can act: worklist, digest, impact."""
