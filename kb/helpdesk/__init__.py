"""The bundled help desk: a fictional year of tickets, and traffic with planted effects."""
