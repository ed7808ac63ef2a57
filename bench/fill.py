"""Make the list N items long, with the numbers 1 to N.

Runs in an application's container, with its own settings: python3 - N ADDRESS < fill.py
"""

import sys

import django

django.setup()

from django.db import connection  # noqa: E402

from todo.models import TodoItem  # noqa: E402

count, address = int(sys.argv[1]), sys.argv[2]
# TRUNCATE: the numbers begin at 1 again.
with connection.cursor() as cursor:
    cursor.execute(f"TRUNCATE TABLE {TodoItem._meta.db_table}")
stored_url = any(field.name == "url" for field in TodoItem._meta.get_fields())
for first in range(1, count + 1, 5000):
    TodoItem.objects.bulk_create(
        TodoItem(
            title=f"Item number {i}",
            completed=i % 2 == 1,
            order=None if i % 3 == 0 else i * 7919 % 1000,
            **({"url": f"{address}/todos/{i}"} if stored_url else {}),
        )
        for i in range(first, min(first + 5000, count + 1))
    )
with connection.cursor() as cursor:
    cursor.execute(f"ANALYZE TABLE {TodoItem._meta.db_table}")
    cursor.fetchall()
print(TodoItem.objects.count())
