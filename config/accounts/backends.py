from django.contrib.auth.backends import ModelBackend

from .models import User


class EmailBackend(ModelBackend):
    """Sign in by e-mail, and load the user with its Pro in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("pro").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
