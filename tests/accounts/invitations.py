"""Invitations to the office: their form, their rows, the link of their mail, and what is typed behind it."""

import re

from config.accounts.models import Invitation

TEAM = "/settings/team"
INVITE = f"{TEAM}/invitations"
EMAIL = "ines@example.org"
PASSWORD = "moulin de la galette"
JOIN = {"name": "Inès Moreau", "new_password1": PASSWORD, "new_password2": PASSWORD}


def fields(email=EMAIL, role="member", language="en"):
    return {"invite-email": email, "invite-role": role, "invite-language": language}


def link(message):
    return re.search(r"http://testserver(\S+)", message.body)[1]


def rows():
    return list(Invitation.objects.values_list("email", "role", "language", "mails"))
