"""Demo contacts in bulk."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import batched

from django.db import transaction
from django.utils import timezone

from config.accounts.models import Pro
from config.search.folding import fold

from ..models import Contact, ContactIdentity

SCALES = {"contacts"}
BATCH = 5_000
# Each contact gets a French mobile number of its own, from +33 75 0000000 on: an identity is unique.
PREFIX = "+3375"

FIRST = """
Adèle Agnès Aïcha Alain Amélie André Anaïs Arnaud Aurélie Baptiste Béatrice Benoît Bérénice Camille Cécile Célia
Chloé Claude Clément Coralie Damien Daphné Delphine Denis Édith Éliane Élodie Émile Estelle Étienne Eugénie
Fabien Fatima Félix Florence François Frédéric Gaël Geneviève Gérard Grégoire Guénaëlle Hélène Hervé Hugo Inès
Isabelle Jérôme Joëlle Jules Karim Léa Léon Loïc Lucie Maël Maëlle Marguerite Mathéo Michaël Mireille Nadège
Nathanaël Noémie Océane Odile Oscar Pénélope Quentin Rachida Raphaël Régis Rémi Robin Sabine Samuel Sébastien
Solène Stéphane Sylvie Théo Thérèse Ulysse Valérie Véronique Wassim Xavier Yaëlle Yann Zoé
""".split()  # noqa: SIM905 - a list of a hundred quoted words is hard to read
LAST = """
Allard André Arnoult Aubert Bailly Barbier Beaufort Bellanger Benoît Bérard Besançon Blanchet Bonnafé Boucher
Bouvier Brémond Carlier Castelnau Chabrol Chauvet Chénier Colin Cordier Courtois Crépin Dallery Delaître
Desmarais Devaux Diallo Doucet Dubois Duchêne Dufrêne Dumoulin Durand Escoffier Fauré Ferrand Fleury Fontanel
Fournié Gaillard Garnier Gauthier Giraud Grégoire Guérin Haddad Hébert Imbert Jacquet Joubert Kaplan Lacroix
Lafarge Lambert Langlois Lefèvre Lemaître Léger Mallet Marchand Mazéas Mercier Meunier Monnier Morvan Nègre Noël
Olivier Pascal Péchard Pelletier Perrault Pichon Poirier Prévost Quéméner Raynaud Rénier Rivière Rochefort
Rousseau Salaün Sénéchal Tessier Thibault Tréhel Vallée Vasseur Verdier Vidal Weiss Yildiz Zimmermann
""".split()  # noqa: SIM905 - a list of a hundred quoted words is hard to read


def scale(pro: Pro, counts: dict[str, int], progress: Callable[[str, int], Callable[[int], None]]) -> None:
    """Add `counts["contacts"]` contacts with their identities, spread over two years."""
    start, total = _next_number(pro), counts["contacts"]
    rng, advance = random.Random(f"contacts:{start}"), progress("contacts", total)  # noqa: S311
    for numbers in batched(range(start, start + total), BATCH):
        rows = [_build_contact(pro, number, rng) for number in numbers]
        with transaction.atomic():
            for row in rows:
                row.search_text = row.make_search_text()
            Contact.objects.bulk_create(rows)
            ContactIdentity.objects.bulk_create([identity for row in rows for identity in _build_identities(row)])
        advance(len(rows))


def _next_number(pro: Pro) -> int:
    """The first free number after PREFIX: a second call continues after the first one."""
    used = ContactIdentity.objects.for_pro(pro).filter(channel="phone", external_id__startswith=PREFIX)
    last = used.order_by("-external_id").values_list("external_id", flat=True).first()
    return int(last.removeprefix(PREFIX)) + 1 if last else 0


def _build_contact(pro: Pro, number: int, rng: random.Random) -> Contact:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return Contact(
        pro=pro,
        name=f"{first} {last}",
        email=fold(f"{first}.{last}") + f"{number}@example.org" if number % 4 != 3 else "",
        phone=f"{PREFIX}{number:07d}",
        source="contact_form",
        created_at=timezone.now() - timedelta(seconds=rng.uniform(86_400, 2 * 365 * 86_400)),
    )


def _build_identities(contact: Contact) -> Iterator[ContactIdentity]:
    if contact.email:
        yield contact.build_identity("email", contact.email)
    yield contact.build_identity("phone", contact.phone)
