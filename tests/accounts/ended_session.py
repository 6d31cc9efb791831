"""A user whose session ends in the middle of a form, as a browser without JavaScript sends it."""

from django.test import Client

from config.accounts.models import Session
from tests.conftest import new_session
from tests.factories import PASSWORD
from tests.pages import Form, Page

OURS = "http://testserver"


def strict_client(user=None):
    """A client that checks CSRF tokens as production does; of a user who has signed in."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if user:
        client.cookies["sessionid"] = new_session(user)
    return client


def fill(form: Form, **typed):
    """Fields that a browser sends with a form: its own and tokens, and what was typed into it."""
    tokens = form.all("[name=csrfmiddlewaretoken], [name=typed_by]")
    return {**form.fields, **{token["name"]: token.value for token in tokens}, **typed}


def send(client, page_path, form, fields, **headers):
    """Send a form of the page at `page_path`."""
    origin = {"Origin": OURS, "Referer": OURS + page_path}
    return client.post(form.action or page_path, fields, headers={**origin, **headers})


def end_sessions():
    Session.objects.all().delete()


def sign_in(client, page, user):
    """Send the sign-in page, as this user."""
    form = page.form('form[action="/sign-in"]')
    return send(client, "/sign-in", form, fill(form, username=user.email, password=PASSWORD))


def shown(page: Page):
    """Texts that the page that offers to send it again shows as typed."""
    return page.texts(".typed dd")
