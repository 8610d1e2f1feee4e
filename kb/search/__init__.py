"""Finding: one query model and one ranking over the articles and every other page."""
