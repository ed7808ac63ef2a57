"""The MySQL connection of tests and release."""


def mysql(env, password):
    """Return a value of Django's `DATABASES`, read from the variables MYSQL_* of `env`."""
    # Seconds; 0 waits for ever, as a migration must. uwsgi.ini sets 4.
    timeout = env.int("MYSQL_TIMEOUT", default=0)
    return {
        "ENGINE": "django.db.backends.mysql",
        "HOST": env("MYSQL_HOST", default="db"),
        "PORT": env.int("MYSQL_PORT", default=3306),
        "NAME": env("MYSQL_DATABASE", default="todobackend"),
        "USER": env("MYSQL_USER", default="todobackend"),
        "PASSWORD": password,
        # Seconds. A new connection costs ten times a query: keep it, and check it before each use.
        "CONN_MAX_AGE": env.int("MYSQL_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            # Refuse values that do not fit, instead of truncating them.
            "sql_mode": "STRICT_TRANS_TABLES",
            # Without this line Debian's connector uses clear text. The server's certificate is self-signed;
            # VERIFY_IDENTITY is for a server with a certificate that can be checked.
            "ssl_mode": env("MYSQL_SSL_MODE", default="REQUIRED"),
            # Seconds to connect; seconds until the server responds.
            "connect_timeout": 1,
            "read_timeout": timeout,
            "write_timeout": timeout,
        },
        "TEST": {"CHARSET": "utf8mb4"},
    }
