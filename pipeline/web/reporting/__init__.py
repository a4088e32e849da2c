"""Reports as pages, as files that are printed, and as downloads."""
