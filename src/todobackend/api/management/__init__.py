"""Management commands; Django finds them by this name."""
