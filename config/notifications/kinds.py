"""Kinds of events that people are told of."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    REQUEST = "request", _("New contact request")
    MESSAGE = "message", _("New message")
    INQUIRY = "inquiry", _("New inquiry")
    OFFER_ANSWER = "offer_answer", _("Answer to an offer")
    MENTION = "mention", _("A note mentions you")
    ASSIGNMENT = "assignment", _("A person is given to you")
    ASSIGNMENTS = "assignments", _("People are given to you")
    SILENCE = "silence", _("A person is nobody’s again")
    OVERDUE = "overdue", _("Somebody waits longer than the target")
    REMINDER = "reminder", _("Reminder")


# Kinds of what a user is told about whichever people they choose, with the field of `Preferences` that says which.
ABOUT_PEOPLE = {
    Kind.REQUEST: "requests",
    Kind.MESSAGE: "messages",
    Kind.INQUIRY: "inquiries",
    Kind.OFFER_ANSWER: "inquiries",
}
# Kinds of what concerns one user, with the field that says whether they are told.
ABOUT_THEM = {
    Kind.MENTION: "mentions",
    Kind.ASSIGNMENT: "assignments",
    Kind.ASSIGNMENTS: "assignments",
    Kind.SILENCE: "assignments",
    Kind.OVERDUE: "overdue",
    Kind.REMINDER: "reminders",
}
