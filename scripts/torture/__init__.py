"""``python -m scripts.torture``: kill, stop and starve runs that share a store, and count what they left."""
