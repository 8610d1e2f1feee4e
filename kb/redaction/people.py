"""Names of people in free text, found by the places where names stand and by lists of names."""
