"""The terminal client: a stdio protocol joined to a client endpoint."""
