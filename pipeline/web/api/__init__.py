"""The same data as JSON; each module has a `router`, found by name."""
