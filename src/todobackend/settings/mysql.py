"""The one description of a MySQL connection, for every stage that has a MySQL."""

from typing import Any

from environ import FileAwareEnv


def mysql(env: FileAwareEnv, password: str) -> dict[str, Any]:
    """Describe the connection for Django's `DATABASES`.

    Args:
        env: where MYSQL_HOST, MYSQL_PORT, MYSQL_DATABASE, MYSQL_USER, MYSQL_SSL_MODE,
            MYSQL_CONN_MAX_AGE and MYSQL_TIMEOUT are read.
        password: the account's password.

    Returns:
        A value of `DATABASES`, with mysqlclient's options.

    Raises:
        ValueError: MYSQL_PORT, MYSQL_CONN_MAX_AGE or MYSQL_TIMEOUT is no number.
    """
    # Seconds; 0 waits for ever, which is right for a migration. The release's server says 2 (uwsgi.ini).
    timeout = env.int("MYSQL_TIMEOUT", default=0)
    return {
        "ENGINE": "todobackend.mysql",
        "HOST": env("MYSQL_HOST", default="db"),
        "PORT": env.int("MYSQL_PORT", default=3306),
        "NAME": env("MYSQL_DATABASE", default="todobackend"),
        "USER": env("MYSQL_USER", default="todobackend"),
        "PASSWORD": password,
        # A new connection costs ten times a query: keep it, and look before use whether it still lives.
        "CONN_MAX_AGE": env.int("MYSQL_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            # Refuse what does not fit instead of cutting it off.
            "sql_mode": "STRICT_TRANS_TABLES",
            # Encrypt, always. Without this line Debian's connector talks in clear text. The server's
            # certificate is its own; VERIFY_IDENTITY is for a server whose certificate can be checked.
            "ssl_mode": env("MYSQL_SSL_MODE", default="REQUIRED"),
            # Seconds to connect, and to be greeted; then until each answer begins.
            "connect_timeout": 2,
            "read_timeout": timeout,
            "write_timeout": timeout,
        },
        "TEST": {"CHARSET": "utf8mb4"},
    }
