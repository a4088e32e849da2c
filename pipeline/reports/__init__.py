"""What leaves the system for people and programs: one writer per format."""
