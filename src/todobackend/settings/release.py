"""Settings of the release image. It refuses to start without its secrets."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import DJANGO_GUID, LOGGING, env
from .mysql import mysql


def _secret(name):
    """Return a secret from the file NAME_FILE, else from NAME. Raises ImproperlyConfigured without one."""
    try:
        # Not `env(name)`: it reads a value that starts with "$" as the name of another variable.
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

# nginx is the only way in, and sets this header on every request.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# nginx always sends an id: its own, or a trusted proxy's.
DJANGO_GUID["VALIDATE_GUID"] = False

STATIC_ROOT = "/srv/static"
STORAGES = {
    # Hashed names, which browsers may keep for ever.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# One line of JSON per request or event, with the request's id, as in nginx's log.
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
# The request log follows LOG_LEVEL.
del LOGGING["loggers"]["todobackend.request_log"]

SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # no CSRF protection, because there are no cookies and sessions
    "security.W004",  # HSTS, and
    "security.W008",  # the redirect to https: both belong to the proxy that ends TLS
]
