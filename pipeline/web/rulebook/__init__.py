"""The rules as people read them, and what an edit of them would flip."""
