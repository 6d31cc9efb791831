"""The texts of the demo's inquiries, by the e-mail address of the Pro.

A course is the visited steps after the initial one, each with a note or ""; "close" and "cancel" end it early.
"""

from decimal import Decimal
from typing import NamedTuple

QUESTION, CALL, OFFER = "question", "callback_request", "offer_request"
LOW, HIGH, URGENT = "low", "high", "urgent"
PRO = -1  # Submitted by a user of the Pro, on behalf of the customer.

OPTIONS = {
    "Region": ["Provence", "Oost-Vlaanderen", "Namur", "Connacht"],
    "Type of work": ["Renovation", "Construction", "Maintenance", "Valuation"],
}


class Proposal(NamedTuple):
    """An offer, valid for `days` after it was sent. Its times follow from the inquiry's course."""

    title: str
    amount: Decimal
    status: str
    text: str
    days: int = 30


class Seed(NamedTuple):
    """An inquiry submitted `days` ago, with a course over `took` days."""

    days: float
    type: str
    user: int
    subject: str
    message: str
    course: tuple[tuple[str, str], ...] = ()
    took: float = 0
    category: str = ""
    budget: Decimal | None = None
    priority: str = "normal"
    by: int = 0
    options: tuple[str, ...] = ()
    case: int | None = None
    source: str = "mijn-portal"
    offers: tuple[Proposal, ...] = ()


def _offer(*steps: str, **notes: str) -> tuple[tuple[str, str], ...]:
    return tuple((step, notes.get(step, "")) for step in steps)


D = Decimal
TO_SENT = ("offer_created", "offer_sent")
TO_VIEWED = (*TO_SENT, "offer_viewed")
TO_SIGNED = (*TO_VIEWED, "offer_accepted", "contract_prepared", "contract_sent", "contract_signed")

# fmt: off
SEEDS = {
    "agence@example.com": [
        Seed(0.1, QUESTION, 802, "Charges de copropriété au 41 boulevard Chave",
            "Bonjour, je viens de recevoir l'appel de fonds du trimestre et il a presque doublé. Pouvez-vous me dire "
            "si cela vient du ravalement voté au printemps, ou s'il s'agit d'une erreur ? Merci d'avance.",
            priority=HIGH, category="gestion"),
        Seed(0.4, CALL, 456, "Graag telefonisch contact",
            "Goedendag, wij hebben vorige maand een appartement bij u bekeken. Kunt u mij vanmiddag na vier uur "
            "terugbellen over de volgende stap? Mijn Frans is niet goed genoeg voor een brief.",
            priority=HIGH),
        Seed(1.2, OFFER, 123, "Verbouwing keuken",
            "Ik wil graag mijn keuken laten verbouwen en zou graag een offerte ontvangen. Het gaat om een keuken van "
            "14 m² in ons vakantiehuis in Cassis; de aansluitingen blijven op hun plaats.",
            category="renovation", budget=D("4500.00"), options=("Provence", "Renovation")),
        Seed(2.3, OFFER, 804, "Mise en location meublée, rue Sainte",
            "Bonjour, je pars un an à l'étranger à partir de janvier et je souhaite louer mon deux-pièces meublé. "
            "Quel serait le coût d'une gestion complète, états des lieux compris ?",
            _offer("offer_created", offer_created="Loyer estimé à 890 € ; gestion complète à 7 %."), 1.1,
            "gestion", D("1200.00"), options=("Provence",),
            offers=(Proposal("Gestion locative complète, un an", D("747.60"), "draft",
                             "Recherche du locataire, état des lieux d'entrée et de sortie, encaissement des loyers, "
                             "suivi des petites réparations.\n\n7 % du loyer charges comprises."),)),
        Seed(4.6, OFFER, 815, "Rénovation de la terrasse du café",
            "Bonjour, notre terrasse place de la Joliette doit être refaite avant la saison : 60 m² de platelage, un "
            "garde-corps et l'éclairage. Il faudrait que tout soit terminé fin mars au plus tard.",
            _offer(*TO_SENT, offer_created="Visite faite mardi avec le menuisier.",
                   offer_sent="Envoyée par e-mail."), 3.2,
            "renovation", D("18000.00"), HIGH, options=("Provence", "Renovation"),
            offers=(Proposal("Terrasse 60 m² : platelage, garde-corps, éclairage", D("17480.00"), "sent",
                             "Dépose de l'ancien platelage, structure en pin traité, lames en frêne thermochauffé, "
                             "garde-corps inox, douze bornes basse tension.\n\nDélai : trois semaines."),)),
        Seed(5.2, OFFER, 804, "Peinture du séjour et de l'entrée",
            "Bonjour, nous emménageons fin du mois rue de la République et aimerions faire repeindre le séjour et "
            "l'entrée avant l'arrivée des meubles, environ 90 m² de murs.",
            _offer(*TO_VIEWED, "offer_accepted", offer_accepted="Acceptée en ligne."), 4.9,
            "renovation", D("4500.00"), options=("Provence", "Renovation"),
            offers=(Proposal("Peinture du séjour et de l'entrée, 90 m²", D("4350.00"), "accepted",
                             "Protection des sols, préparation, deux couches mates lavables.\n\n"
                             "Durée : cinq jours."),)),
        Seed(6.5, QUESTION, 805, "Insurance for a holiday rental",
            "Hello, we let our flat near the port through you for the summer. Does the agency's insurance cover "
            "damage by short-term guests, or do we need a policy of our own? Our insurer in Bristol says neither.",
            (("in_review", "Asked the insurer for the exact wording."),), 1.4, category="insurance"),
        Seed(9.4, OFFER, 806, "Zwembad laten overkappen",
            "Voor ons huis bij Aix zoeken wij een overkapping van het zwembad (10 bij 4 meter), liefst zo laag "
            "mogelijk. Graag een prijs met en zonder motor.",
            _offer(*TO_VIEWED, offer_sent="Twee varianten in één offerte."), 5.0,
            "construction", D("22000.00"), options=("Provence", "Construction"),
            offers=(Proposal("Lage zwembadoverkapping 10 × 4 m, met motor", D("21350.00"), "viewed",
                             "Vijf segmenten, gehard glas, rail aan één zijde. Plaatsing in twee dagen."),
                    Proposal("Lage zwembadoverkapping 10 × 4 m, zonder motor", D("18900.00"), "viewed",
                             "Vijf segmenten, gehard glas, met de hand te openen."))),
        Seed(13, CALL, 801, "Rappel au sujet du dossier de prêt",
            "Bonjour, notre banque demande une attestation avant vendredi. Pouvez-vous me rappeler entre midi et "
            "deux ? Je suis au travail le reste de la journée.",
            (("call_planned", "Vendredi 12 h 30."), ("called", "Attestation envoyée pendant l'appel.")), 2.0,
            priority=URGENT, case=50118),
        Seed(19, OFFER, 803, "Ravalement de façade, 24 lots",
            "Madame, Monsieur, l'assemblée générale du 3 a retenu trois entreprises pour le ravalement. Merci de nous "
            "faire parvenir une offre pour la maîtrise d'œuvre, avec le calendrier.",
            _offer(*TO_VIEWED, "in_negotiation", "offer_revised",
                   in_negotiation="Le conseil syndical souhaite un échafaudage par cage d'escalier.",
                   offer_revised="Nouvelle offre avec deux phases."), 12.0,
            "construction", D("96000.00"), HIGH, PRO, ("Provence", "Construction"), source="telephone",
            offers=(Proposal("Maîtrise d'œuvre, ravalement en une phase", D("8900.00"), "declined",
                             "Consultation des entreprises, suivi de chantier hebdomadaire, réception."),
                    Proposal("Maîtrise d'œuvre, ravalement en deux phases", D("9750.00"), "draft",
                             "Comme la première offre, avec deux installations de chantier."))),
        Seed(24, QUESTION, 804, "Dépôt de garantie non restitué",
            "Bonjour, j'ai rendu les clés du studio il y a deux mois et je n'ai toujours pas reçu mon dépôt de "
            "garantie. L'état des lieux de sortie était conforme. Où en est le dossier ?",
            (("in_review", ""), ("answered", "Virement fait le jour même, avec nos excuses.")), 2.5, "gestion"),
        Seed(33, OFFER, 123, "Aanbouw aan de woonkamer",
            "Wij denken aan een aanbouw van ongeveer 20 m² aan de tuinkant, met een plat dak en een schuifpui. "
            "Is daar een vergunning voor nodig, en wat mogen wij als prijs verwachten?",
            _offer(*TO_SIGNED, "scheduled", offer_accepted="Akkoord per e-mail.",
                   contract_signed="Beide exemplaren getekend.", scheduled="Start op 12 januari."), 26.0,
            "construction", D("45000.00"), options=("Provence", "Construction"), case=50097,
            offers=(Proposal("Aanbouw 20 m² met schuifpui", D("43800.00"), "accepted",
                             "Fundering, metselwerk, plat dak met isolatie, aluminium schuifpui van 4 meter.\n\n"
                             "De vergunning vragen wij voor u aan."),)),
        Seed(41, OFFER, 802, "Estimation de l'appartement de ma mère",
            "Bonjour, nous devons faire estimer l'appartement de ma mère pour la succession : trois pièces, 71 m², "
            "dernier étage sans ascenseur. Combien coûte un avis de valeur écrit ?",
            _offer(*TO_SENT), 3.0, "estimation", D("300.00"), LOW, options=("Provence", "Valuation"),
            offers=(Proposal("Avis de valeur écrit", D("280.00"), "expired",
                             "Visite, comparaison avec six ventes récentes, rapport de douze pages."),)),
        Seed(58, CALL, 805, "Call me about the keys, please",
            "Could somebody ring me about the second set of keys? The cleaner could not get in on Saturday.",
            (("called", "No answer; left a message."), ("call_planned", "Tomorrow at ten."),
             ("called", "Keys are with the neighbour."), ("closed", "")), 3.0),
        Seed(76, OFFER, 815, "Cuisine professionnelle : hotte et extraction",
            "Bonjour, la commission de sécurité nous demande une nouvelle hotte avec extraction en toiture. Pouvez-"
            "vous chiffrer l'ensemble, autorisation de la copropriété comprise ?",
            (*_offer("offer_created"), ("cancel", "Le client fait faire les travaux par le propriétaire.")), 8.0,
            "renovation", D("12500.00"), options=("Provence", "Renovation")),
        Seed(118, OFFER, 801, "Salle de bains à L'Estaque",
            "Bonjour, après l'achat nous voudrions remplacer la baignoire par une douche de plain-pied, avec un "
            "carrelage clair. La pièce fait 5 m². Nous ne sommes pas sur place avant les vacances de Pâques.",
            _offer(*TO_SIGNED, "scheduled", "work_started", "delivered", "closed",
                   offer_created="Visite faite avec les clés de l'agence.",
                   work_started="Commencé avec deux jours d'avance.",
                   delivered="Réception sans réserve.", closed="Facture réglée."), 74.0,
            "renovation", D("9000.00"), options=("Provence", "Renovation"), case=49870,
            offers=(Proposal("Salle de bains 5 m², douche de plain-pied", D("8640.00"), "accepted",
                             "Dépose, plomberie, receveur extra-plat, carrelage 60 × 60, meuble vasque."),)),
        Seed(150, QUESTION, 806, "Parkeerplaats bij het huis",
            "Hoort de tweede parkeerplaats bij het huis of wordt die apart verhuurd? In de akte staat er niets over.",
            (("in_review", ""), ("answered", "Uittreksel uit het kadaster gestuurd."), ("closed", "")), 6.0),
        Seed(0.02, QUESTION, 899, "Raccordement à la fibre",
            "Bonjour, la fibre arrive dans notre rue. Faut-il l'accord de la copropriété pour faire raccorder "
            "l'appartement que nous louons par vous ?", category="gestion"),
    ],
    "kantoor@example.net": [
        Seed(0.3, OFFER, 807, "Verhuizing van de bakkerij",
            "Beste, wij zoeken voor onze tweede vestiging een handelspand van 120 m² met een koelruimte, liefst aan "
            "een tramhalte. Wat vraagt u voor een zoekopdracht van drie maanden?",
            category="commercial", budget=D("3500.00"), options=("Oost-Vlaanderen",)),
        Seed(1.8, QUESTION, 808, "Asbestattest bij verkoop",
            "Goeiemorgen, ik wil mijn rijhuis uit 1974 verkopen. Moet het asbestattest er al zijn voor de eerste "
            "bezoeken, of volstaat het bij de compromis?",
            (("in_review", ""),), 0.5, priority=HIGH, category="sale"),
        Seed(7, CALL, 809, "Terugbellen over plaatsbeschrijving",
            "Kan iemand mij bellen over de plaatsbeschrijving van vrijdag? Ik kan enkel na 17 uur.",
            (("call_planned", "Vandaag 17.30 uur."),), 0.4),
        Seed(15, OFFER, 808, "Dakisolatie voor de verkoop",
            "We overwegen het dak te isoleren zodat het EPC verbetert voor we verkopen. Het gaat om 85 m² hellend "
            "dak. Kan u een aannemer aanbevelen en een richtprijs geven?",
            _offer(*TO_VIEWED, offer_sent="Met de premies apart vermeld."), 8.0, "renovation", D("11000.00"),
            options=("Oost-Vlaanderen", "Renovation"),
            offers=(Proposal("Dakisolatie 85 m², langs binnen", D("9860.00"), "viewed",
                             "24 cm minerale wol, dampscherm, gipskarton, afwerking schilderklaar."),)),
        Seed(27, QUESTION, 807, "Indexatie van de handelshuur",
            "De verhuurder vraagt een indexatie van 11 %. Kan dat zomaar, en vanaf welke maand?",
            (("in_review", ""), ("answered", "Berekening doorgestuurd."), ("closed", "")), 5.0, case=50031),
        Seed(64, OFFER, 809, "Schatting van een appartement",
            "Graag een schatting van ons appartement aan de Visserij voor de verdeling.",
            (*_offer(*TO_SENT), ("close", "Klant koos voor de notaris.")), 12.0, "valuation", D("350.00"), LOW,
            options=("Oost-Vlaanderen", "Valuation"),
            offers=(Proposal("Schattingsverslag", D("320.00"), "declined", "Bezoek en schriftelijk verslag."),)),
    ],
    "office@example.org": [
        Seed(0.2, CALL, 810, "Heating in the canal flat",
            "Hi, the storage heater in the back bedroom has not come on since Sunday. Could somebody ring me before "
            "work tomorrow? I leave at half eight.", priority=URGENT),
        Seed(3.1, OFFER, 811, "Fit-out of a ground-floor unit",
            "We are taking the unit on Dominick Street and need a partition, a small kitchen and an accessible "
            "toilet. Who would you use, and what does the lot come to?",
            _offer(*TO_SENT, offer_sent="Sent with the drawings."), 2.0, "construction", D("28000.00"), HIGH,
            options=("Connacht", "Construction"),
            offers=(Proposal("Fit-out, 64 m²", D("26750.00"), "sent",
                             "Stud partition, kitchenette with hot water, accessible toilet.\n\nFive weeks."),)),
        Seed(11, QUESTION, 812, "Deposit protection",
            "Is my deposit lodged with the board or held by the landlord? I could not find a receipt.",
            (("in_review", ""), ("answered", "Sent the registration number.")), 1.5),
        Seed(49, OFFER, 811, "Repainting the stairwell",
            "Please price two coats in the common stairwell, four floors, outside working hours.",
            _offer(*TO_VIEWED, "offer_accepted", offer_accepted="Accepted by phone, then on the page."), 20.0,
            "maintenance", D("3200.00"), options=("Connacht", "Maintenance"),
            offers=(Proposal("Stairwell, four floors, two coats", D("2980.00"), "accepted",
                             "Evenings and Saturdays, low-odour paint."),)),
    ],
    "maison.lenoir@example.com": [
        Seed(0.8, QUESTION, 813, "Délai pour un certificat PEB",
            "Bonjour, combien de temps faut-il compter pour le certificat PEB d'une maison mitoyenne à Namur ?",
            options=("Namur",)),
        Seed(5, OFFER, 814, "Peinture avant mise en vente",
            "Bonjour, faut-il repeindre avant les visites ? Si oui, je voudrais un prix pour le séjour et l'escalier.",
            _offer("offer_created"), 2.0, "renovation", D("2500.00"), options=("Namur", "Maintenance"),
            offers=(Proposal("Séjour et escalier, deux couches", D("2140.00"), "draft", "Peinture lessivable mate."),)),
    ],
}
