"""What is to do, running it, resuming, the run's summary."""
