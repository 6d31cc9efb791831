"""Delete again the offices that a restored backup has brought back."""

from collections.abc import Iterable

from django.utils import timezone

from .deleted_list import find_restored
from .deleting import delete_pro
from .models import Closing


def delete_again(_lines: Iterable[str]) -> str:
    """Delete every office of the list that is in the database; returns what was done, "" for nothing.

    See the setting RESTORE_LAST. Raises ValueError for a list that cannot be read, and as `delete_pro` does.
    """
    count = 0
    for pro in find_restored():
        Closing.objects.update_or_create(pro=pro, defaults={"due_at": timezone.now()})
        delete_pro(pro)
        count += 1
    return f"{count} deleted offices of the backup are deleted again" if count else ""
