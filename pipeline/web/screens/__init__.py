"""One module per screen; each has a `router`, found by pipeline.web.app."""
