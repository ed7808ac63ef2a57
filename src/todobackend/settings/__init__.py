"""Settings: `base` for development, `test` for the dev image, `release` for the release image."""
