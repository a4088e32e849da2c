"""The pages, one module per screen; each has a `router`, found by name."""
