"""Store the first responses of all offices anew, by their hours and targets of today."""

from config.accounts.management.each_pro import EachProCommand
from config.accounts.models import Pro
from contacts.waiting.first_responses import rebuild_responses


class Command(EachProCommand):
    help = "Store the first responses anew, by the office hours and targets of today."

    def work(self, pro: Pro) -> int:
        return rebuild_responses(pro)
