"""Count the reports' days of all offices anew."""

from config.accounts.management.each_pro import EachProCommand
from config.accounts.models import Pro
from contacts.reports.rollup import rebuild_reports
from contacts.waiting.first_responses import fill_abouts


class Command(EachProCommand):
    help = "Find what waiting items are about where that is not stored, and count the days of the reports anew."

    def work(self, pro: Pro) -> int:
        fill_abouts(pro)
        return rebuild_reports(pro)
