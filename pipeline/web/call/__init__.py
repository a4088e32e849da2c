"""What the call screen shows, worked out from an inspection and what people said about it. No HTML here."""
