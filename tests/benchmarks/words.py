"""Rows of each Pro, and SQL of what people are called and write: the same words in every table."""

from dataclasses import dataclass

from config.search.folding import fold
from contacts.demo import FIRST, LAST

from .rows import digits_of, temporary_table

SENTENCES = """
Bonjour, l'appartement est-il encore libre ? | Nous aimerions visiter la maison samedi matin. |
Pouvez-vous m'envoyer les plans et le diagnostic ? | Je souhaite faire refaire ma cuisine et obtenir un devis. |
Is the balcony facing south, and is there a lift? | We are a family of four moving from Lyon in September. |
Wij zoeken een aannemer voor een badkamer op de eerste verdieping. | Kunt u mij terugbellen op werkdagen na zes uur? |
Le garage est-il compris dans le prix ? | Quelles sont les charges par trimestre ? |
Ik wil graag een offerte voor het schilderen van de gevel. | How soon could the works begin, and will they be long? |
Nous avons déjà un accord de principe de notre banque. | Merci de me dire si les animaux sont acceptés. |
Wanneer kan iemand langskomen om de ruimte op te meten? | The photographs look lovely, thank you for your help. |
Y a-t-il une place de parking dans la résidence ? | Je suis disponible tous les soirs de la semaine prochaine. |
Het gaat om een dakkapel van ongeveer drie meter breed.
"""


@dataclass(frozen=True)
class Shape:
    """How many rows each table has, over how many Pros; the first has every `turn`-th."""

    rows: int
    pros: int
    turn: int = 10

    @property
    def largest(self) -> int:
        return self.rows // self.turn

    def pro(self, first_id: int) -> str:
        """SQL of the Pro of number n."""
        others = f"{first_id} + 2 + n %% {max(self.pros - 2, 1)}"
        middle = f"WHEN n %% {self.turn * 10} = 1 THEN {first_id} + 1"
        return f"CASE WHEN n %% {self.turn} = 0 THEN {first_id} {middle} ELSE {others} END"


@dataclass(frozen=True)
class Words:
    """SQL of what people of number n are called and write. `k` is the place of n among the rows of its Pro."""

    turn: int

    @property
    def k(self) -> str:
        return f"(n / {self.turn})"

    @property
    def joins(self) -> str:
        firsts, lasts, sentences = len(FIRST), len(LAST), len(_sentences())
        return f"""
JOIN bench_names AS first ON first.number = {self.k} %% {firsts}
JOIN bench_names AS last ON last.number = {firsts} + {self.k} / {firsts} %% {lasts}
JOIN bench_sentences AS one ON one.number = {self.k} * 7 %% {sentences}
JOIN bench_sentences AS two ON two.number = {self.k} / 3 * 5 %% {sentences}"""

    name = "first.name || ' ' || last.name"
    folded_name = "first.folded || ' ' || last.folded"
    email = "first.folded || '.' || last.folded || n || '@example.org'"
    message = "one.text || ' ' || two.text || ' Dossier ' || n || '.'"
    folded_message = "one.folded || ' ' || two.folded || ' dossier ' || n || '.'"

    @property
    def phone(self) -> str:
        return f"'+336' || {digits_of('n')}"


def make_word_tables() -> None:
    """Make the tables that `Words.joins` joins."""
    temporary_table("bench_names", "number integer PRIMARY KEY, name text, folded text", _numbered([*FIRST, *LAST]))
    temporary_table("bench_sentences", "number integer PRIMARY KEY, text text, folded text", _numbered(_sentences()))


def _sentences() -> list[str]:
    return [" ".join(sentence.split()) for sentence in SENTENCES.split("|")]


def _numbered(texts: list[str]) -> list[tuple[int, str, str]]:
    return [(number, text, fold(text)) for number, text in enumerate(texts)]
