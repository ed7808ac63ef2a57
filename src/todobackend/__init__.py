"""The TodoBackend API as a Django project: settings, addresses, and what answers when a view does not."""

# The one place that says it: the wheel, the image and the schema take it from here.
__version__ = "0.1.0"
