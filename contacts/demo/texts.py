"""Texts of the demo's conversations, and its channels, by the e-mail of the Pro."""

from typing import NamedTuple

from ..models import ChannelConnection, ContactMessage

WHATSAPP, TELEGRAM, EMAIL = ChannelConnection.Channel.values
RECEIVED, SENT, DELIVERED, READ, FAILED = (
    ContactMessage.State[name] for name in ("RECEIVED", "SENT", "DELIVERED", "READ", "FAILED")
)
# In WhatsApp's words.
TOO_LATE = (
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number. "
    "(131047)"
)


class DemoMessage(NamedTuple):
    """One message, written `hours` ago: inbound, or an answer with its state."""

    hours: float
    text: str
    state: str = RECEIVED
    error: str = ""
    media: str = ""


class DemoConversation(NamedTuple):
    """A conversation with the sender whose id at the provider is `id`; `is_new` when it is unread."""

    channel: str
    id: str
    name: str
    messages: list[DemoMessage]
    phone: str = ""
    email: str = ""
    subject: str = ""
    is_new: bool = False


# WhatsApp and Telegram look connected and send nothing: that takes a token.
CHANNELS: dict[str, dict[str, dict[str, str]]] = {
    "agence@example.com": {
        WHATSAPP: {"address": "104857600012345"},
        TELEGRAM: {},
        EMAIL: {"provider": "mailgun", "address": "vieux-port@messages.example.com"},
    },
    "kantoor@example.net": {
        WHATSAPP: {"address": "104857600023456"},
        EMAIL: {"provider": "postmark", "address": "kantoor@messages.example.net"},
    },
    "office@example.org": {TELEGRAM: {}, EMAIL: {"provider": "mime", "address": "corrib@messages.example.org"}},
}

# fmt: off
CONVERSATIONS: dict[str, list[DemoConversation]] = {
    "agence@example.com": [
        DemoConversation(
            WHATSAPP, "33644625801", "Inès Moreau",
            [
                DemoMessage(1.1, "Bonjour, le studio près de La Plaine est toujours libre ?"),
                DemoMessage(1.0, "Je peux passer ce soir après 18h si c'est possible 🙂"),
            ],
            phone="+33644625801", is_new=True,
        ),
        DemoConversation(
            TELEGRAM, "584210337", "Karim Belkacem",
            [
                DemoMessage(21, "Bonjour, est-ce que l'agence gère aussi la location saisonnière ?"),
                DemoMessage(
                    20, "Bonjour Monsieur, oui, de mai à septembre. Souhaitez-vous qu'on en parle par téléphone ?\n"
                    "Claire Fabre", SENT,
                ),
                DemoMessage(19.5, "Karim Belkacem +33644625802", media="contact"),
                DemoMessage(19.4, "Voici mon numéro, plutôt le matin. Merci !"),
            ],
            phone="+33644625802",
        ),
        DemoConversation(
            EMAIL, "margaux.tanguy@example.org", "Margaux Tanguy",
            [
                DemoMessage(
                    70, "Bonjour,\n\nJe pense vendre la maison de mes parents à Endoume (110 m², jardin). Faites-vous "
                    "une estimation avant mandat, et à quel prix ?\n\nMargaux Tanguy",
                ),
                DemoMessage(
                    66, "Bonjour Madame,\n\nL'estimation est gratuite et sans engagement. Je peux passer jeudi à 10 h "
                    "ou vendredi à 14 h.\n\nClaire Fabre", SENT,
                ),
                DemoMessage(48, "Jeudi 10 h, parfait. Le portail est à droite de la boulangerie.\n\nMargaux Tanguy"),
            ],
            email="margaux.tanguy@example.org", subject="Estimation d'une maison à Endoume",
        ),
        DemoConversation(
            WHATSAPP, "33644625804", "Paulo Teixeira",
            [
                DemoMessage(26.5, "Bonjour, j'ai visité le T3 samedi. Les charges comprennent-elles l'eau chaude ?"),
                DemoMessage(2, "Bonjour, oui, l'eau chaude est collective et comprise.", FAILED, TOO_LATE),
            ],
            phone="+33644625804",
        ),
    ],
    "kantoor@example.net": [
        DemoConversation(
            WHATSAPP, "32479810301", "Fatma Yıldız",
            [
                DemoMessage(3.2, "Dag, dit is de vochtplek in de badkamer waarover ik belde.", media="image"),
                DemoMessage(3.1, "Kan er deze week iemand komen kijken?"),
            ],
            phone="+32479810301", is_new=True,
        ),
        DemoConversation(
            EMAIL, "bram.goossens@example.net", "Bram Goossens",
            [
                DemoMessage(
                    44, "Beste,\n\nMogen wij het plaatsbezoek naar zaterdag verzetten? Mijn vrouw werkt vrijdag.\n\n"
                    "Bram Goossens",
                ),
                DemoMessage(42, "Dag Bram,\n\nZaterdag om 11 uur is genoteerd.\n\nJan Lievens", SENT),
            ],
            email="bram.goossens@example.net", subject="Plaatsbezoek vrijdag",
        ),
        DemoConversation(
            WHATSAPP, "32479810303", "Nele Adriaens",
            [
                DemoMessage(30, "Hallo, is de syndicus al gekend?"),
                DemoMessage(29.5, "Dag Nele, ja, ik stuur je zijn gegevens vandaag nog.", READ),
                DemoMessage(29.4, "Super, dank je!"),
                DemoMessage(3, "Hier zijn ze: Syndicus Van Hove, 09 255 01 99.", FAILED, TOO_LATE),
            ],
            phone="+32479810303",
        ),
    ],
    "office@example.org": [
        DemoConversation(
            TELEGRAM, "731905524", "Oisín",
            [DemoMessage(2.3, "Hi, saw the canal flat. Is there a lift, and could I bring a cargo bike inside?")],
            is_new=True,
        ),
        DemoConversation(
            EMAIL, "dervla.hynes@example.com", "Dervla Hynes",
            [
                DemoMessage(
                    27, "Good morning,\n\nWe are interested in letting our cottage in Kinvara for a year from May. "
                    "What do you need from us?\n\nDervla Hynes",
                ),
                DemoMessage(
                    25.5, "Good morning Dervla,\n\nThe BER certificate, a few photographs and an hour of your time. "
                    "Would Thursday at noon suit?\n\nAoife", SENT,
                ),
            ],
            email="dervla.hynes@example.com", subject="Letting our cottage in Kinvara",
        ),
        DemoConversation(
            TELEGRAM, "640118273", "Marek Nowak",
            [
                DemoMessage(77, "Hello, is the deposit one month or two?"),
                DemoMessage(75, "Hello Marek, one month.", FAILED, "Forbidden: bot was blocked by the user"),
            ],
        ),
    ],
}
# fmt: on
