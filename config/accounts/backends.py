from django.contrib.auth.backends import ModelBackend

from .models import User


class EmailBackend(ModelBackend):
    """Signs in by e-mail and fetches the user's Pro in the same query."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("pro").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
