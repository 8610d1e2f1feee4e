"""What happened on the site and what it prevented, in figures with their uncertainty."""
