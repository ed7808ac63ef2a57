"""The todo item, with its address stored in it."""

from django.db import models


class TodoItem(models.Model):
    """One thing to do."""

    title = models.CharField(max_length=256, null=True, blank=True)  # noqa: DJ001
    completed = models.BooleanField(null=True, blank=True, default=False)
    url = models.CharField(max_length=256, null=True, blank=True)  # noqa: DJ001
    order = models.IntegerField(null=True, blank=True)

    def __str__(self) -> str:
        """Name the item.

        Returns:
            Its title.
        """
        return self.title or ""
