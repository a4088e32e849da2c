"""The review room: a server-rendered web application over the store."""
