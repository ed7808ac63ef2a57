"""Settings for all stages, complete for development: SQLite, so that `manage.py runserver` works at once.

docs/settings.md lists every environment variable.
"""

from pathlib import Path

from environ import FileAwareEnv

from todobackend import __version__

# Reads NAME, or the file NAME_FILE, as Docker and Swarm deliver secrets.
env = FileAwareEnv()

SRC = Path(__file__).resolve().parents[2]

# env.bool reads "false", "no" and "0" as false; any text of os.environ is true.
DEBUG = env.bool("DEBUG", default=True)

# For development only, as it says. The release's settings have no default.
SECRET_KEY = "insecure-for-development-only"  # noqa: S105  # nosec B105

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# No admin, sessions or users: the API is public by its contract. docs/users.md adds them.
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_guid",
    "drf_spectacular",
    # The files of the page /docs, so that it needs no other host.
    "drf_spectacular_sidecar",
    "todobackend.api",
    "todo",
]

MIDDLEWARE = [
    # First, so that every response and every log line has the request's id.
    "django_guid.middleware.guid_middleware",
    "todobackend.request_log.RequestLogMiddleware",
    # Before all that can respond, so that every response, errors included, has the CORS headers.
    "corsheaders.middleware.CorsMiddleware",
    "todobackend.api.errors.NoStoreMiddleware",
    "todobackend.api.errors.JSONErrorsMiddleware",
    # Before the check of the Host header: probes use the address.
    "todobackend.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "todobackend.urls"
WSGI_APPLICATION = "todobackend.wsgi.application"

# The contract's URLs have no trailing slash; a redirected POST would lose its body.
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
        # IMMEDIATE takes the write lock at the begin; after a read, a transaction cannot wait for it.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},  # seconds
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"

# Any origin may call, and read these response headers.
CORS_ALLOW_ALL_ORIGINS = True
CORS_EXPOSE_HEADERS = ["Link", "Location", "Retry-After", "X-Request-ID"]

DJANGO_GUID = {
    # 32 hexadecimal digits or a UUID are kept; others are replaced. In the release nginx always sends one.
    "GUID_HEADER_NAME": "X-Request-ID",
    # CORS_EXPOSE_HEADERS has it.
    "EXPOSE_HEADER": False,
}

# A larger body gets 413. nginx has the same limit (docker/release/common.conf).
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    # JSON only: curl sends a body without a content type as a form, and a form parser would respond 201 with an empty
    # item.
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
    # The schema does not describe itself.
    "SERVE_INCLUDE_SCHEMA": False,
    # PATCH and POST need fewer fields than a response has.
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
        # Django's own handler would write every line twice.
        "django": {"handlers": []},
        # 4xx responses are already in the request log; log only tracebacks here.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "django_guid": {"level": "ERROR"},
        # runserver prints a line for each request.
        "todobackend.request_log": {"level": "WARNING"},
    },
}
