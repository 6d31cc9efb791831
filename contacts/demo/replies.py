"""Canned replies of the demo: the office's, and one of each office's first user."""

from config.accounts.models import Pro

from ..models import CannedReply

VISIT = {
    "fr": "Bonjour {first_name|et merci pour votre message},\n\nVoulez-vous visiter {property|le bien} cette semaine ? "
    "Dites-moi quel jour vous convient.\n\n{me}\n{office}",
    "nl": "Dag {first_name|en dank voor uw bericht},\n\nWilt u {property|het pand} deze week bezoeken? "
    "Laat me weten welke dag u past.\n\n{me}\n{office}",
    "en": "Hello {first_name|and thank you for writing},\n\nWould you like to see {property|it} this week? "
    "Tell me which day suits you.\n\n{me}\n{office}",
}
CALL = {
    "fr": "Bonjour {first_name|et merci},\n\nÀ quel numéro et à quelle heure puis-je vous appeler ?\n\n{me}",
    "nl": "Dag {first_name|en dank u},\n\nOp welk nummer en wanneer kan ik u bellen?\n\n{me}",
    "en": "Hello {first_name|and thank you},\n\nOn which number, and when, may I call you?\n\n{me}",
}
TITLES = {
    "fr": ("Proposer une visite", "Je vous appelle"),
    "nl": ("Bezoek voorstellen", "Ik bel u"),
    "en": ("Offer a viewing", "I will call you"),
}


def add_replies(pro: Pro) -> None:
    """Store both replies, unless the Pro has some."""
    if CannedReply.objects.for_pro(pro).exists():
        return
    visit, call = TITLES[pro.language]
    CannedReply.objects.add_reply(pro, visit, VISIT, user=None)
    if user := pro.users.order_by("pk").first():
        CannedReply.objects.add_reply(pro, call, CALL, user=user)
