"""The two reads that most requests are, by SQL that the ORM writes once for each process.

Django writes the SQL of a query anew for each request. That takes longer than MySQL takes to answer.
"""

from functools import cache

from django.db import connection

from .models import TodoItem

COLUMNS = ("id", "title", "completed", "order")


def read_one(pk: int) -> TodoItem | None:
    """Read an item.

    Args:
        pk: its number.

    Returns:
        The item; None where there is none.

    Raises:
        django.db.OperationalError: the database does not answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_sql_of_one(), [pk])
        row = cursor.fetchone()
    return row and TodoItem.from_db(connection.alias, COLUMNS, row)


def read_first(count: int) -> list[tuple]:
    """Read the list's first items.

    Args:
        count: how many at most.

    Returns:
        The values of COLUMNS of each, by `order`, then by age.

    Raises:
        django.db.OperationalError: the database does not answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_sql_of_first(count))
        return cursor.fetchall()


@cache
def _sql_of_one() -> str:
    sql, _ = TodoItem.objects.order_by().filter(pk=0).values_list(*COLUMNS).query.sql_with_params()
    return sql


@cache
def _sql_of_first(count: int) -> str:
    sql, _ = TodoItem.objects.values_list(*COLUMNS)[:count].query.sql_with_params()
    return sql
