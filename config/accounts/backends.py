from django.contrib.auth.backends import ModelBackend

from config.web.compiled import Compiled

from .models import User
from .models.session import take_user


class EmailBackend(ModelBackend):
    """Sign in by e-mail, and load the user with its Pro in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = take_user(user_id) or _USERS.first(user_id)
        return user if user and self.user_can_authenticate(user) else None


_USERS = Compiled(lambda id: User.objects.select_related("pro").filter(pk=id), keeps_plan=True)
