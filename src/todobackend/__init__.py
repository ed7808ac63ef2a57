"""The TodoBackend API as a Django project."""

# The wheel, the image and the schema read it here.
__version__ = "0.1.0"
