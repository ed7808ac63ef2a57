"""The one description of a MySQL connection, for every stage that has a MySQL."""


def mysql(env, password):
    """Return a value of Django's `DATABASES`, read from the variables MYSQL_* of `env`."""
    # Seconds; 0 waits for ever, which is right for a migration. The release's server says 4 (uwsgi.ini).
    timeout = env.int("MYSQL_TIMEOUT", default=0)
    return {
        "ENGINE": "django.db.backends.mysql",
        "HOST": env("MYSQL_HOST", default="db"),
        "PORT": env.int("MYSQL_PORT", default=3306),
        "NAME": env("MYSQL_DATABASE", default="todobackend"),
        "USER": env("MYSQL_USER", default="todobackend"),
        "PASSWORD": password,
        # Seconds. A new connection costs ten times a query: keep it, and ask before use whether it still lives.
        "CONN_MAX_AGE": env.int("MYSQL_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            # Refuse what does not fit instead of cutting it off.
            "sql_mode": "STRICT_TRANS_TABLES",
            # Encrypt, always. Without this line Debian's connector talks in clear text. The server's
            # certificate is its own; VERIFY_IDENTITY is for a server whose certificate can be checked.
            "ssl_mode": env("MYSQL_SSL_MODE", default="REQUIRED"),
            # Seconds to connect; then until each response of the server begins.
            "connect_timeout": 1,
            "read_timeout": timeout,
            "write_timeout": timeout,
        },
        "TEST": {"CHARSET": "utf8mb4"},
    }
