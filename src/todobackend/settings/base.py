"""Settings every stage shares, complete for development: SQLite, so that `manage.py runserver` works at once.

What depends on the place is read from the environment; docs/settings.md lists every variable.
"""

from pathlib import Path

from environ import FileAwareEnv

from todobackend import __version__

# Reads NAME, or the file that NAME_FILE points to: the way Docker and Swarm hand over secrets.
env = FileAwareEnv()

SRC = Path(__file__).resolve().parents[2]

# env.bool knows "false", "no" and "0"; a bare os.environ lookup would take each of them for true.
DEBUG = env.bool("DEBUG", default=True)

# Fit for a laptop only, and named so that nobody mistakes it; release settings read the real one, and have no default.
SECRET_KEY = "insecure-for-development-only"  # noqa: S105  # nosec B105

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# No admin, sessions or users: the API is public by its contract, and what is not there needs no patching.
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_guid",
    "drf_spectacular",
    # The files of the page /docs, so that it asks no other host for them.
    "drf_spectacular_sidecar",
    "todobackend.api",
    "todo",
]

MIDDLEWARE = [
    # Around everything, so that every answer carries the request's id and every line that is logged has it at hand.
    "django_guid.middleware.guid_middleware",
    "todobackend.request_log.RequestLogMiddleware",
    # Outside of all that responds, so that every response below it, errors included, carries the CORS headers.
    "corsheaders.middleware.CorsMiddleware",
    "todobackend.api.errors.NoStoreMiddleware",
    "todobackend.api.errors.JSONErrorsMiddleware",
    # Before anything that looks at the Host header: probes call by address.
    "todobackend.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "todobackend.urls"
WSGI_APPLICATION = "todobackend.wsgi.application"

# The contract's addresses have no trailing slash; redirecting a POST would lose its body.
APPEND_SLASH = False

# The browsable API's pages.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": env("SQLITE_PATH", default=str(SRC / "db.sqlite3")),
        # A transaction takes the write lock when it begins; one that has read first could not wait for it.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},  # seconds
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"

# Any origin may call, and may read where a new item lives and where the next page is.
CORS_ALLOW_ALL_ORIGINS = True
CORS_EXPOSE_HEADERS = ["Link", "Location", "Retry-After", "X-Request-ID"]

DJANGO_GUID = {
    # Taken over where it is 32 hexadecimal digits or a UUID, else made. In the release nginx always sends one.
    "GUID_HEADER_NAME": "X-Request-ID",
    # CORS_EXPOSE_HEADERS does it, together with the others.
    "EXPOSE_HEADER": False,
}

# A body larger than this answers 413; nginx holds the same line in front of the release.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    # JSON only: a form parser would take `curl -d '{"title": ...}'` without a content type for a
    # form, and answer 201 with an empty item.
    "DEFAULT_PARSER_CLASSES": ["todobackend.api.json.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "todobackend.api.json.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PAGINATION_CLASS": "todobackend.api.pagination.LinkHeaderPagination",
    "DEFAULT_SCHEMA_CLASS": "todobackend.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "todobackend.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "todobackend",
    "DESCRIPTION": "The TodoBackend API.",
    "VERSION": __version__,
    # The schema describes the API; not itself.
    "SERVE_INCLUDE_SCHEMA": False,
    # PATCH and POST take fewer fields than an answer has.
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO").upper()},
    "loggers": {
        # Django gives its logger a handler of its own; with ours above it every line would come twice.
        "django": {"handlers": []},
        # Refusals are no news: the line of the request has its status. Tracebacks are.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "django_guid": {"level": "ERROR"},
        # runserver prints a line for each request itself.
        "todobackend.request_log": {"level": "WARNING"},
    },
}
