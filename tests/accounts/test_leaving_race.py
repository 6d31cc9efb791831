"""A token that is made while its maker's account is closed: refused, or ended with the account."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from config.accounts.leaving import end_access
from config.accounts.models import SCOPES, ApiToken, User
from tests.factories import ProFactory, UserFactory

ROUNDS = 20


@pytest.mark.django_db(transaction=True)
def test_no_token_outlives_the_account_of_its_maker(at_once):
    pro, refused = ProFactory(), 0
    for _ in range(ROUNDS):
        leaver = UserFactory(pro=pro)

        def act(number, leaver=leaver):
            if number == 0:
                with transaction.atomic():
                    User.objects.filter(pk=leaver.pk).update(is_active=False)
                    end_access([leaver])
                return ""
            try:
                return ApiToken.objects.issue(pro, "Late", SCOPES, by=leaver)[1]
            except ValidationError as error:
                return " ".join(error.messages)

        _closed, *answers = at_once(4, act)
        refused += answers.count("This account is closed.")
        assert not ApiToken.objects.filter(created_by=leaver, revoked_at=None).exists()
    assert ApiToken.objects.count() == 3 * ROUNDS - refused
