"""The todo item."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

# The same bounds on every database: SQLite accepts 64 bits.
ORDER_MIN, ORDER_MAX = -(2**31), 2**31 - 1


class TodoItem(models.Model):
    """One thing to do. Its URL is computed from the request, because a stored URL is wrong for other hosts."""

    title = models.CharField(max_length=256, blank=True, default="")
    completed = models.BooleanField(default=False)
    order = models.IntegerField(
        null=True,
        blank=True,
        default=None,
        validators=[MinValueValidator(ORDER_MIN), MaxValueValidator(ORDER_MAX)],
    )

    class Meta:
        # By `order`, then by age.
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["order", "id"], name="todo_order_then_age")]

    def __str__(self):
        return self.title
