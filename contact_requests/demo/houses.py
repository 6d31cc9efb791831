"""The properties of the demo, by the e-mail of their Pro."""

from typing import NamedTuple


class House(NamedTuple):
    slug: str
    reference: str
    title: str
    summary: str
    city: str
    price: int
    description: str


# fmt: off
HOUSES = {
    "agence@example.com": [
        House(
            "t3-vue-vieux-port-marseille", "AP-101",
            "Appartement T3 avec vue sur le Vieux-Port",
            "3 pièces · 68 m² · 4e étage avec ascenseur · balcon",
            "Marseille", 389_000,
            "Au quatrième étage d'un immeuble des années 1950 entièrement ravalé, un appartement traversant et "
            "lumineux. Le séjour s'ouvre sur un balcon plein sud, face aux mâts du Vieux-Port.\n\n"
            "Deux chambres au calme côté cour, cuisine équipée, cave. Métro Vieux-Port à trois minutes à pied. "
            "Charges : 140 € par mois. DPE : C.",
        ),
        House(
            "maison-de-pecheur-l-estaque", "AP-102",
            "Maison de pêcheur à L'Estaque",
            "4 pièces · 94 m² · terrasse · garage",
            "Marseille", 465_000,
            "Une maison de ville sur trois niveaux, à deux rues du port de L'Estaque. Tomettes d'origine, poutres "
            "apparentes et une terrasse de 22 m² d'où l'on voit les bateaux rentrer le soir.\n\n"
            "Toiture refaite en 2021, chauffage par pompe à chaleur. Un garage fermé, rare dans le quartier.",
        ),
        House(
            "studio-meuble-la-plaine", "AP-103",
            "Studio meublé près de La Plaine",
            "1 pièce · 27 m² · meublé · libre de suite",
            "Marseille", 640,
            "Studio refait à neuf au deuxième étage sur cour. Coin cuisine, salle d'eau avec fenêtre, fibre "
            "installée. Loyer mensuel charges comprises ; dépôt de garantie d'un mois. Idéal pour un étudiant ou "
            "un premier emploi.",
        ),
        House(
            "bastide-jardin-aix-en-provence", "AP-104",
            "Bastide avec jardin aux portes d'Aix",
            "7 pièces · 210 m² · terrain de 1 800 m² · piscine",
            "Aix-en-Provence", 1_280_000,
            "Au bout d'une allée de platanes, une bastide du XVIIIe siècle restaurée avec soin : enduits à la "
            "chaux, cheminées en état de marche, cinq chambres dont une de plain-pied.\n\n"
            "Le jardin clos compte un bassin ancien, une piscine de 10 × 4 m et une dépendance de 35 m².",
        ),
    ],
    "kantoor@example.net": [
        House(
            "herenhuis-patershol-gent", "KG-101",
            "Gerenoveerd herenhuis in het Patershol",
            "4 slaapkamers · 185 m² · stadstuin · EPC B",
            "Gent", 695_000,
            "Achter de klassieke gevel schuilt een volledig gerenoveerde woning met hoge plafonds, een open "
            "keuken en een zonnige stadstuin op het zuidwesten.\n\n"
            "Elektriciteit conform, nieuwe ramen in 2022, zonnepanelen. Het Gravensteen ligt om de hoek, en toch "
            "is het hier 's avonds stil.",
        ),
        House(
            "appartement-coupure-gent", "KG-102",
            "Lichtrijk appartement aan de Coupure",
            "2 slaapkamers · 92 m² · terras · lift",
            "Gent", 1_150,
            "Appartement op de derde verdieping met uitzicht over het water. Leefruimte met eiken parket, "
            "ingerichte keuken, berging en fietsenstalling. Huurprijs per maand, kosten € 95. Beschikbaar vanaf "
            "de eerste van de volgende maand.",
        ),
        House(
            "gezinswoning-tuin-merelbeke", "KG-103",
            "Gezinswoning met grote tuin",
            "3 slaapkamers · 160 m² · 640 m² grond · garage",
            "Merelbeke", 448_000,
            "Rustig gelegen woning in een doodlopende straat, op wandelafstand van school en station. Ruime "
            "living met open haard, bureau op het gelijkvloers en een tuin met fruitbomen. EPC C.",
        ),
    ],
    "office@example.org": [
        House(
            "harbour-townhouse-galway", "GW-101",
            "Townhouse by the harbour",
            "3 bedrooms · 104 m² · roof terrace · BER B2",
            "Galway", 525_000,
            "A three-storey townhouse two minutes from the docks. The kitchen and living room share the top "
            "floor, with a roof terrace that catches the evening sun.\n\n"
            "Gas heating, triple glazing and one parking space in the gated yard. Eyre Square is a five-minute "
            "walk.",
        ),
        House(
            "stone-cottage-connemara", "GW-102",
            "Stone cottage with sea view",
            "2 bedrooms · 78 m² · one acre · outbuilding",
            "Roundstone", 310_000,
            "A restored stone cottage above the bay, with its own well and an outbuilding that would make a fine "
            "studio. Underfloor heating from an air-to-water pump; broadband by fibre. Seven minutes' drive to "
            "the village.",
        ),
        House(
            "canal-flat-galway", "GW-103",
            "Two-room flat on the canal",
            "1 bedroom · 49 m² · ground floor · furnished",
            "Galway", 1_450,
            "Furnished ground-floor flat looking onto the Eglinton Canal, a short walk from the university. "
            "Monthly rent; bins and management fee included. Available from the first of next month. Cats are "
            "welcome.",
        ),
    ],
    "maison.lenoir@example.com": [
        House(
            "maison-de-maitre-namur", "ML-101",
            "Maison de maître au pied de la Citadelle",
            "5 chambres · 240 m² · jardin de ville · PEB D",
            "Namur", 549_000,
            "Belle maison de maître de 1908 aux volumes généreux : vitraux, moulures et escalier de chêne "
            "conservés. Trois pièces en enfilade, cuisine sur jardin, grenier aménageable.",
        ),
        House(
            "loft-ancienne-tannerie-jambes", "ML-102",
            "Loft dans une ancienne tannerie",
            "2 chambres · 118 m² · parking · PEB B",
            "Jambes", 335_000,
            "Plateau lumineux sous une charpente métallique, à deux pas de la Meuse. Chauffage collectif à "
            "pellets, terrasse commune sur le toit, emplacement de parking couvert.",
        ),
    ],
}
# fmt: on
