"""Settings of the release image. It refuses to start without its secrets."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import DJANGO_GUID, LOGGING, env
from .mysql import mysql


def _secret(name):
    """Return the secret NAME, or what the file NAME_FILE holds, which goes first. Without one: ImproperlyConfigured."""
    try:
        # Not `env(name)`: it would take a secret that starts with "$" for the name of another variable.
        value = env.ENVIRON.get(name, "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"expected a readable file in {name}_FILE, found: {error}. Mount the secret there."
        ) from error
    if not value:
        raise ImproperlyConfigured(
            f"expected a secret in {name}_FILE (a file's path) or {name}, found nothing. "
            "The release has no default for it: give one, then start again."
        )
    return value


DEBUG = False

SECRET_KEY = _secret("SECRET_KEY")

DATABASES = {"default": mysql(env, password=_secret("MYSQL_PASSWORD"))}

# nginx is the only way in, and sets this header itself on every request.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# nginx sets the header on every request, to 32 hexadecimal digits of its own or to what a trusted proxy sent.
DJANGO_GUID["VALIDATE_GUID"] = False

STATIC_ROOT = "/srv/static"
STORAGES = {
    # Hashed names: nginx lets browsers keep them for ever.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# One line of JSON per event and per request, with the request's id, as nginx writes them.
LOGGING["filters"] = {
    "request_id": {"()": "django_guid.log_filters.CorrelationId", "correlation_id_field": "request_id"},
}
LOGGING["formatters"] = {
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": ["levelname", "name", "message", "request_id"],
        "rename_fields": {"levelname": "level", "name": "logger"},
        "timestamp": "time",
    },
}
LOGGING["handlers"]["console"] |= {"filters": ["request_id"], "formatter": "json"}
# As LOG_LEVEL says, like everything else.
del LOGGING["loggers"]["todobackend.request_log"]

SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # CSRF protects cookies' sessions; this service has neither.
    "security.W004",  # HSTS and
    "security.W008",  # the redirect to https belong to the proxy that ends TLS, not to this service.
]
