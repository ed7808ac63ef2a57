"""Settings by stage."""
