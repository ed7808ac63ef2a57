"""The release's settings, with whitenoise where its manual puts it."""

from todobackend.settings.release import *  # noqa: F403
from todobackend.settings.release import MIDDLEWARE

_security = "django.middleware.security.SecurityMiddleware"
_at = MIDDLEWARE.index(_security) + 1 if _security in MIDDLEWARE else 0
MIDDLEWARE = [*MIDDLEWARE[:_at], "whitenoise.middleware.WhiteNoiseMiddleware", *MIDDLEWARE[_at:]]
