"""Articles: what one is, what it must be, how it lives and who may let it out."""
