"""Finding recordings: files, file-name templates, the call list."""
