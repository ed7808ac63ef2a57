"""Pure functions that return command lines; nothing runs here."""
