"""One module for each kind of report: ``sections`` gives what it tells, in order."""
