"""What the application adds to Django's commands; Django looks for it by this name."""
