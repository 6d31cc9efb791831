"""Contact requests of the demo, as visitors write them, by the e-mail of their Pro."""

from typing import NamedTuple

from ..models import ContactRequest

NEW, READ, REPLIED = ContactRequest.Status.values
HONEYPOT, TOO_FAST, NO_STAMP = ContactRequest.Quarantine.values[:3]


class Visit(NamedTuple):
    """One contact request: `hours` ago, about house number `house`; `state` is a status or a reason for quarantine.

    `later` are the words with which it was put off until tomorrow. One that was answered after `took` hours came in
    the morning of its day; others were answered some time since.
    """

    hours: float
    house: int
    name: str
    email: str
    phone: str
    language: str
    state: str
    message: str
    reply: str = ""
    later: str = ""
    took: float = 0


# fmt: off
VISITS = {
    "agence@example.com": [
        Visit(
            0.6, 0, "Hélène Marchand", "helene.marchand@example.org", "+33612345678", "fr", NEW,
            "Bonjour,\n\n"
            "L'appartement avec vue sur le port est-il toujours disponible ? Nous serions à Marseille samedi et "
            "pourrions le visiter le matin, vers 10 h.\n\n"
            "Bien cordialement,\nHélène Marchand",
        ),
        Visit(
            2.4, 2, "Noé Castelain", "noe.castelain@example.net", "", "fr", NEW,
            "Bonjour, je commence un master à Marseille en septembre. Est-ce que le studio accepte un garant "
            "Visale, et peut-on le visiter en visio ? Merci d'avance !",
        ),
        Visit(
            5.2, 1, "Sinéad O'Brien", "sinead.obrien@example.org", "+353851234567", "en", NEW,
            "Hello, we are moving from Dublin in spring and love the house in L'Estaque. Is the garage wide "
            "enough for a van (about 2.1 m)? And how far is the nearest primary school?",
        ),
        Visit(
            9.5, 3, "François-Xavier de la Brière", "fx.delabriere@example.com", "+33145550199", "fr", READ,
            "Madame, Monsieur,\n\n"
            "Nous cherchons une propriété pour y recevoir nos enfants et petits-enfants. Pourriez-vous m'indiquer "
            "le montant de la taxe foncière et si la dépendance est chauffée ?",
        ),
        Visit(
            26, 0, "Yasmine Haddad", "yasmine.haddad@example.net", "+33755012345", "fr", REPLIED,
            "Bonjour, y a-t-il une place de parking avec l'appartement, ou un parking public avec abonnement à "
            "côté ?",
            "Bonjour Madame,\n\n"
            "Il n'y a pas de place privative, mais le parking Estienne-d'Orves, à 200 m, propose un abonnement "
            "résident.\n\n"
            "Voulez-vous que nous convenions d'une visite cette semaine ?\n\n"
            "Claire Fabre",
        ),
        Visit(
            31, 2, "Théo Lefèvre", "", "+33698765432", "fr", READ,
            "Bonjour, je préfère qu'on m'appelle : je suis en stage et je regarde peu mes mails. Je suis "
            "intéressé par le studio à partir du 1er. Appelez-moi après 18 h s'il vous plaît.",
            later="L'appeler après 18 h",
        ),
        Visit(
            52, 1, "Hélène Marchand", "helene.marchand@example.org", "+33612345678", "fr", READ,
            "Encore moi ! La maison de L'Estaque nous plaît aussi. Est-il possible de voir les deux le même jour ?",
        ),
        Visit(
            75, 3, "Joost van den Berg", "joost.vandenberg@example.net", "+31612345678", "nl", REPLIED,
            "Goedendag, wij zijn een gezin uit Utrecht en zoeken een tweede huis. Is het zwembad verwarmd en mag "
            "het bijgebouw als gastenverblijf verhuurd worden?",
            "Goedendag meneer Van den Berg,\n\n"
            "Het zwembad is niet verwarmd, maar de leidingen zijn er al op voorzien. Verhuur van het bijgebouw "
            "mag na aangifte bij de gemeente.\n\n"
            "Met vriendelijke groeten,\nClaire Fabre",
        ),
        Visit(
            99, 0, "Gaëlle Prévôt", "gaelle.prevot@example.com", "", "fr", READ,
            "Bonjour, pourriez-vous m'envoyer les trois derniers procès-verbaux d'assemblée générale de la "
            "copropriété ? Des travaux sont-ils votés ? Merci.",
            later="Le syndic envoie les procès-verbaux demain",
        ),
        Visit(
            146, 1, "Ludovic Nuñez", "ludovic.nunez@example.org", "+33600112233", "fr", REPLIED,
            "Bonjour, le prix est-il négociable ? Notre financement est déjà accordé par la banque.",
            "Bonjour Monsieur,\n\n"
            "Le vendeur est prêt à étudier une offre sérieuse. Passez nous voir à l'agence avec l'accord de la "
            "banque, nous en parlerons.\n\n"
            "Mehdi Benali",
        ),
        Visit(
            14, 0, "SEO Expert", "ranking@example.net", "", "en", HONEYPOT,
            "Dear owner, your website is not on page 1 of the search engines. We offer 5000 backlinks for $49.",
        ),
        Visit(
            40, 2, "Mélanie Roux", "melanie.roux@example.org", "+33611223344", "fr", TOO_FAST,
            "Bonjour, le studio est-il encore libre ? Je colle ici le message que j'envoie à plusieurs agences.",
        ),
        Visit(
            63, 3, "crypto wins", "win@example.com", "", "en", NO_STAMP,
            "Congratulation!!! You are selected for exclusive investment, 300% in 7 days.",
        ),
    ],
    "kantoor@example.net": [
        Visit(
            1.3, 0, "Annelies De Smet", "annelies.desmet@example.org", "+32475000123", "nl", NEW,
            "Dag,\n\n"
            "Kunnen we het herenhuis bezoeken op een zaterdag? En is er een bewonerskaart mogelijk voor twee "
            "wagens?\n\n"
            "Vriendelijke groet,\nAnnelies",
        ),
        Visit(
            7.8, 1, "Chloé Delvaux", "chloe.delvaux@example.com", "+32490123456", "fr", NEW,
            "Bonjour, je viens travailler à Gand et je ne parle pas encore néerlandais. Peut-on visiter "
            "l'appartement en français ? Un chat est-il accepté ?",
        ),
        Visit(
            22, 2, "Koen Verstraete", "koen.verstraete@example.net", "", "nl", READ,
            "Beste, ligt de woning in een overstromingsgevoelig gebied? In de advertentie vind ik de P-score niet.",
        ),
        Visit(
            49, 0, "Priya Raman", "priya.raman@example.org", "+447911123456", "en", REPLIED,
            "Hello, is the house suitable for someone who uses a wheelchair? Mainly the entrance and a bathroom "
            "on the ground floor.",
            "Dear Ms Raman,\n\n"
            "There are two steps at the front, but the garden entrance is level, and there is a shower room on "
            "the ground floor. We would be glad to show you.\n\n"
            "Jan Lievens",
        ),
        Visit(
            81, 1, "Zoë Claeys", "zoe.claeys@example.com", "+32486112233", "nl", REPLIED,
            "Hallo! Is het appartement nog vrij? Mijn vriend en ik werken allebei, loonfiches hebben we klaar.",
            "Dag Zoë,\n\n"
            "Het is nog vrij. Past donderdag om 17.30 uur voor een bezoek?\n\n"
            "Jan Lievens",
        ),
        Visit(
            120, 2, "Günther Maïs", "", "+32470123456", "nl", READ,
            "Ik kan alleen telefonisch, liefst voor de middag. Het gaat over de tuin en de erfdienstbaarheid.",
            later="Bellen voor de middag",
        ),
        Visit(
            18, 0, "Best Loans", "loans@example.com", "", "en", HONEYPOT,
            "Instant loan approval without documents, click now and receive today.",
        ),
    ],
    "office@example.org": [
        Visit(
            0.9, 2, "Ciarán Ó Dónaill", "ciaran.odonaill@example.com", "+353861234567", "en", NEW,
            "Hi there, is the canal flat still going? I start at the university hospital on the 3rd and could "
            "view any evening this week. I have a very quiet cat called Biscuit.",
        ),
        Visit(
            4.1, 0, "Margaret Walsh", "", "+35391555012", "en", NEW,
            "Would you ring me about the townhouse please. I do not use e-mail. Mornings are best.",
        ),
        Visit(
            20, 1, "Élodie Quéméner", "elodie.quemener@example.org", "+33633445566", "fr", READ,
            "Bonjour, nous tombons sous le charme du cottage. Y a-t-il du réseau mobile, et le puits est-il "
            "contrôlé ? Merci de votre aide.",
        ),
        Visit(
            57, 0, "Tomasz Wiśniewski", "tomasz.wisniewski@example.net", "", "en", REPLIED,
            "Hello, what are the yearly management fees for the yard, and is there a charger for an electric car?",
            "Hello Tomasz,\n\n"
            "The yard costs €380 a year. There is no charger yet, but the wiring is in place. Would Saturday at "
            "11 suit you for a viewing?\n\n"
            "Aoife",
        ),
        Visit(
            103, 1, "Niamh Ní Bhriain", "niamh.nibhriain@example.com", "+353871234567", "en", READ,
            "Is the access road shared? We would bring a small horse trailer.",
        ),
        Visit(
            33, 2, "Casino Bonus", "bonus@example.net", "", "en", NO_STAMP,
            "Claim 200 free spins, only today!!!",
        ),
    ],
    "maison.lenoir@example.com": [
        Visit(
            3.3, 0, "Aurélien Wauthier", "aurelien.wauthier@example.org", "+32486001122", "fr", NEW,
            "Bonjour, le grenier est-il isolé ? Et quand pourrait-on visiter la maison ?",
        ),
        Visit(
            28, 1, "Liesbeth Goossens", "liesbeth.goossens@example.com", "", "nl", NEW,
            "Goedendag, is de loft ook te huur, of enkel te koop? Alvast bedankt.",
        ),
    ],
}
# fmt: on
