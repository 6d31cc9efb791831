"""What was said in the demo, and by which channels. By the e-mail of the Pro."""

from typing import NamedTuple

from ..models import ChannelConnection, ContactMessage

WHATSAPP, TELEGRAM, EMAIL = ChannelConnection.Channel.values
RECEIVED, SENT, DELIVERED, READ, FAILED = (
    ContactMessage.State[name] for name in ("RECEIVED", "SENT", "DELIVERED", "READ", "FAILED")
)
# As WhatsApp says it.
TOO_LATE = (
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number. "
    "(131047)"
)


class Said(NamedTuple):
    """One message, `hours` ago: from the contact, or an answer and how far it came."""

    hours: float
    text: str
    state: str = RECEIVED
    error: str = ""
    media: str = ""


class Talk(NamedTuple):
    """A conversation with somebody whom the provider knows by `id`; `is_new` until somebody has read it."""

    channel: str
    id: str
    name: str
    said: list[Said]
    phone: str = ""
    email: str = ""
    subject: str = ""
    is_new: bool = False


# They look connected and send nothing by WhatsApp and Telegram: that takes a token.
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
TALKS: dict[str, list[Talk]] = {
    "agence@example.com": [
        Talk(
            WHATSAPP, "33644625801", "Inès Moreau",
            [
                Said(1.1, "Bonjour, le studio près de La Plaine est toujours libre ?"),
                Said(1.0, "Je peux passer ce soir après 18h si c'est possible 🙂"),
            ],
            phone="+33644625801", is_new=True,
        ),
        Talk(
            TELEGRAM, "584210337", "Karim Belkacem",
            [
                Said(21, "Bonjour, est-ce que l'agence gère aussi la location saisonnière ?"),
                Said(
                    20, "Bonjour Monsieur, oui, de mai à septembre. Souhaitez-vous qu'on en parle par téléphone ?\n"
                    "Claire Fabre", SENT,
                ),
                Said(19.5, "Karim Belkacem +33644625802", media="contact"),
                Said(19.4, "Voici mon numéro, plutôt le matin. Merci !"),
            ],
            phone="+33644625802",
        ),
        Talk(
            EMAIL, "margaux.tanguy@example.org", "Margaux Tanguy",
            [
                Said(
                    70, "Bonjour,\n\nJe pense vendre la maison de mes parents à Endoume (110 m², jardin). Faites-vous "
                    "une estimation avant mandat, et à quel prix ?\n\nMargaux Tanguy",
                ),
                Said(
                    66, "Bonjour Madame,\n\nL'estimation est gratuite et sans engagement. Je peux passer jeudi à 10 h "
                    "ou vendredi à 14 h.\n\nClaire Fabre", SENT,
                ),
                Said(48, "Jeudi 10 h, parfait. Le portail est à droite de la boulangerie.\n\nMargaux Tanguy"),
            ],
            email="margaux.tanguy@example.org", subject="Estimation d'une maison à Endoume",
        ),
        Talk(
            WHATSAPP, "33644625804", "Paulo Teixeira",
            [
                Said(98, "Bonjour, j'ai visité le T3 samedi. Les charges comprennent-elles l'eau chaude ?"),
                Said(52, "Bonjour, oui, l'eau chaude est collective et comprise.", FAILED, TOO_LATE),
            ],
            phone="+33644625804",
        ),
    ],
    "kantoor@example.net": [
        Talk(
            WHATSAPP, "32479810301", "Fatma Yıldız",
            [
                Said(3.2, "Dag, dit is de vochtplek in de badkamer waarover ik belde.", media="image"),
                Said(3.1, "Kan er deze week iemand komen kijken?"),
            ],
            phone="+32479810301", is_new=True,
        ),
        Talk(
            EMAIL, "bram.goossens@example.net", "Bram Goossens",
            [
                Said(
                    44, "Beste,\n\nMogen wij het plaatsbezoek naar zaterdag verzetten? Mijn vrouw werkt vrijdag.\n\n"
                    "Bram Goossens",
                ),
                Said(42, "Dag Bram,\n\nZaterdag om 11 uur is genoteerd.\n\nJan Lievens", SENT),
            ],
            email="bram.goossens@example.net", subject="Plaatsbezoek vrijdag",
        ),
        Talk(
            WHATSAPP, "32479810303", "Nele Adriaens",
            [
                Said(30, "Hallo, is de syndicus al gekend?"),
                Said(29.5, "Dag Nele, ja, ik stuur je zijn gegevens vandaag nog.", READ),
                Said(29.4, "Super, dank je!"),
                Said(3, "Hier zijn ze: Syndicus Van Hove, 09 255 01 99.", FAILED, TOO_LATE),
            ],
            phone="+32479810303",
        ),
    ],
    "office@example.org": [
        Talk(
            TELEGRAM, "731905524", "Oisín",
            [Said(2.3, "Hi, saw the canal flat. Is there a lift, and could I bring a cargo bike inside?")],
            is_new=True,
        ),
        Talk(
            EMAIL, "dervla.hynes@example.com", "Dervla Hynes",
            [
                Said(
                    27, "Good morning,\n\nWe are interested in letting our cottage in Kinvara for a year from May. "
                    "What do you need from us?\n\nDervla Hynes",
                ),
                Said(
                    25.5, "Good morning Dervla,\n\nThe BER certificate, a few photographs and an hour of your time. "
                    "Would Thursday at noon suit?\n\nAoife", SENT,
                ),
            ],
            email="dervla.hynes@example.com", subject="Letting our cottage in Kinvara",
        ),
        Talk(
            TELEGRAM, "640118273", "Marek Nowak",
            [
                Said(77, "Hello, is the deposit one month or two?"),
                Said(75, "Hello Marek, one month.", FAILED, "Forbidden: bot was blocked by the user"),
            ],
        ),
    ],
}
# fmt: on
