"""Contact requests of the demo that were answered weeks ago, by the e-mail of their Pro."""

from .visits import REPLIED, Visit

DAY = 24

# fmt: off
EARLIER = {
    "agence@example.com": [
        Visit(
            11 * DAY, 0, "Sarah Bellanger", "sarah.bellanger@example.org", "", "fr", REPLIED,
            "Bonjour, l'immeuble a-t-il un gardien, et l'ascenseur dessert-il la cave ?",
            "Bonjour Madame,\n\nIl y a un gardien du lundi au vendredi. L'ascenseur s'arrête au rez-de-chaussée.\n\n"
            "Claire Fabre", took=1.2,
        ),
        Visit(
            13 * DAY, 3, "Hugo Arnoult", "hugo.arnoult@example.net", "", "fr", REPLIED,
            "Bonjour, la piscine est-elle chauffée ? Nous passons à Aix la semaine prochaine.",
            "Bonjour Monsieur,\n\nElle ne l'est pas. Je vous propose une visite mercredi à 15 h.\n\nMehdi Benali",
            took=2.6,
        ),
        Visit(
            14 * DAY, 2, "Lina Mazéas", "lina.mazeas@example.com", "", "fr", REPLIED,
            "Bonjour, les charges du studio comprennent-elles l'électricité ?",
            "Bonjour,\n\nElles comprennent l'eau et le chauffage, pas l'électricité.\n\nClaire Fabre", took=0.7,
        ),
        Visit(
            17 * DAY, 1, "Emily Carter", "emily.carter@example.org", "", "en", REPLIED,
            "Hello, is the terrace shared with the neighbours, and may one park in the street?",
            "Dear Ms Carter,\n\nThe terrace is yours alone, and residents park in the street for free.\n\nClaire Fabre",
            took=3.4,
        ),
        Visit(
            20 * DAY, 0, "Romain Doucet", "romain.doucet@example.net", "", "fr", REPLIED,
            "Bonjour, quelle est la surface du balcon ? Donne-t-il sur la cour ou sur le port ?",
            "Bonjour Monsieur,\n\nSix mètres carrés, côté port.\n\nMehdi Benali", took=6.5,
        ),
        Visit(
            23 * DAY, 2, "Anaïs Poirier", "anais.poirier@example.com", "", "fr", REPLIED,
            "Bonjour, le bail peut-il commencer le 15 ? J'ai une garante.",
            "Bonjour,\n\nOui, avec le dossier complet une semaine avant.\n\nClaire Fabre", took=1.9,
        ),
        Visit(
            26 * DAY, 1, "Karl Brandt", "karl.brandt@example.org", "", "en", REPLIED,
            "Hello, has the roof of the house been redone? We have seen the date 1998 in the papers.",
            "Dear Mr Brandt,\n\nIt was redone in 2019; you may see the invoice at our office.\n\nMehdi Benali",
            took=7.5,
        ),
    ],
    "kantoor@example.net": [
        Visit(
            10 * DAY, 1, "Lotte Maes", "lotte.maes@example.com", "", "nl", REPLIED,
            "Dag, hoeveel bedragen de gemeenschappelijke kosten per maand?",
            "Dag Lotte,\n\n95 euro, met water en lift.\n\nJan Lievens", took=1.1,
        ),
        Visit(
            16 * DAY, 0, "Wim Peeters", "wim.peeters@example.net", "", "nl", REPLIED,
            "Beste, is er een keuringsverslag van de elektriciteit?",
            "Beste,\n\nJa, conform, van dit voorjaar.\n\nJan Lievens", took=2.4,
        ),
        Visit(
            24 * DAY, 2, "Sofie Claes", "sofie.claes@example.org", "", "nl", REPLIED,
            "Hallo, kan de tuin van de straat af bereikt worden, met een kruiwagen?",
            "Dag Sofie,\n\nJa, langs de garage.\n\nJan Lievens", took=5.2,
        ),
    ],
    "office@example.org": [
        Visit(
            12 * DAY, 2, "Orla Byrne", "orla.byrne@example.org", "", "en", REPLIED,
            "Hi, is the flat let with the furniture in the photographs?",
            "Hello Orla,\n\nIt is, apart from the piano.\n\nAoife", took=1.6,
        ),
        Visit(
            18 * DAY, 0, "Liam Doyle", "liam.doyle@example.com", "", "en", REPLIED,
            "Hello, which school district is the townhouse in?",
            "Hello Liam,\n\nCladdagh National School is five minutes on foot.\n\nAoife", took=3.1,
        ),
        Visit(
            25 * DAY, 1, "Mary Kate Joyce", "marykate.joyce@example.net", "", "en", REPLIED,
            "Is the outbuilding of the cottage dry? I would keep a loom there.",
            "Dear Mary Kate,\n\nDry and wired, but not heated.\n\nAoife", took=6.8,
        ),
    ],
}
# fmt: on
