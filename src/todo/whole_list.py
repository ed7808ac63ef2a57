"""The whole list, however long it is: read, rendered and deleted in pieces, so that only the answer grows with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse

from .models import TodoItem
from .rows import COLUMNS, read_first

# A list shorter than this is one query and one piece.
LONG = 10_001
# Items of a longer one, read and rendered, or deleted, at once: few beside the answer, which is in memory too. Half as
# many, and the queries' own cost shows.
PIECE = 5_001


def whole_list(render: Callable[[list[tuple]], bytes], content_type: str) -> HttpResponse | StreamingHttpResponse:
    """Answer with a list of any length.

    Args:
        render: makes a JSON array of some items, from tuples of `rows.COLUMNS`.
        content_type: of the answer.

    Returns:
        200 and one JSON array, of the items as they were at one moment.
    """
    rows = read_first(LONG)
    if len(rows) < LONG:
        return HttpResponse(render(rows), content_type=content_type)
    # Not held while the others are read: they are read again, in the same moment as those.
    del rows
    with _one_moment():
        # Without their brackets.
        rendered = [render(piece)[1:-1] for piece in _pieces()]
    body = [b"[", *(part for piece in rendered for part in (piece, b",")), b"]"]
    if rendered:
        del body[-2]  # the comma after the last
    # All of it is there before the first byte leaves, so that what goes wrong is an error and not half a list; and in
    # pieces to the end, since joining them would hold it in memory twice.
    return StreamingHttpResponse(body, content_type=content_type, headers={"Content-Length": str(sum(map(len, body)))})


def delete_all() -> None:
    """Delete every item: all of them, or after an error none.

    In pieces, each over in a moment: a statement that takes longer than MYSQL_TIMEOUT passes for a silent server.
    """
    items = TodoItem.objects.order_by("pk")
    with transaction.atomic():
        while (pk := items.values_list("pk", flat=True)[PIECE : PIECE + 1].first()) is not None:
            items.filter(pk__lte=pk).delete()
        items.delete()


def _pieces() -> Iterator[list[tuple]]:
    """Read on after the last item, not by offset, which the database would have to count through again each time."""
    items = TodoItem.objects.values_list(*COLUMNS)
    rest = items
    while rows := list(rest[:PIECE]):
        yield rows
        last = dict(zip(COLUMNS, rows[-1], strict=True))
        pk, order = last["id"], last["order"]
        if order is None:  # no order comes first
            rest = items.filter(Q(order=None, pk__gt=pk) | Q(order__isnull=False))
        else:
            rest = items.filter(Q(order=order, pk__gt=pk) | Q(order__gt=order))


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let every query in it see the same moment, so that an item that moves meanwhile is neither missed nor doubled."""
    if connection.vendor == "mysql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            # For the next transaction alone. The others need no more than READ COMMITTED, Django's default, which locks
            # less; SQLite's are like this anyway.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    with transaction.atomic():
        yield
