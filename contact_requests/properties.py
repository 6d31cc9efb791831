"""Properties of a Pro: made, changed, and kept up to date by their reference."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from config.accounts.models import ApiToken, Pro, User
from config.audit.kinds import Kind
from config.audit.recording import MAX_DETAIL, record_event
from config.web.text import one_line, unix_lines
from contacts.models.locking import hold_book

from .deleting import delete_properties
from .models import ContactRequest, Property, PropertyNumber
from .models.property import reference_key

ONE_LINE = ("title", "slug", "reference", "summary", "city")
REPEATED = _("A property has this number already.")
# (portal, number) of each listing of a property.
Numbers = Sequence[tuple[str, str]]


class StalePropertyError(Exception):
    """Somebody has changed the property since it was read."""


def create_property(pro: Pro, *, by: ApiToken | User | None, numbers: Numbers = (), **fields: Any) -> Property:
    """Make a property with the fields of the model; without a `slug` it gets one that is free, from its title.

    Raises ValidationError with every field at fault.
    """
    fields = _clean(fields)
    with transaction.atomic():
        hold_book(pro.pk)
        prop = Property(pro=pro, **fields)
        if fields.get("slug"):
            _store_property(prop)
        else:
            _store_with_free_slug(prop)
        _store_numbers(prop, numbers)
        record_event(Kind.PROPERTY_MADE, prop, pro=pro, by=by)
    return prop


def change_property(
    prop: Property,
    *,
    by: ApiToken | User | None,
    numbers: Numbers | None = None,
    read_at: datetime | None = None,
    **fields: Any,
) -> Property:
    """Change fields of a property, and all its portal numbers if they are given; equal values change nothing.

    `read_at` is the `updated_at` of the row that the changes are meant for. Raises ValidationError with every field at
    fault, StalePropertyError where the row was changed since, and DoesNotExist when it was deleted meanwhile.
    """
    fields = _clean(fields)
    with transaction.atomic():
        hold_book(prop.pro_id)
        prop.refresh_from_db(from_queryset=Property.objects.select_for_update(of=("self",)))
        if read_at and prop.updated_at != read_at:
            raise StalePropertyError
        for name, value in fields.items():
            setattr(prop, name, value)
        # It makes a number of a price as text.
        _check(prop)
        changed = sorted(_changed_names(prop, fields))
        if numbers is not None and set(_read_numbers(numbers)) != _stored_numbers(prop):
            _store_numbers(prop, numbers)
            changed.append("numbers")
        if changed:
            _store_property(prop)
            record_event(Kind.PROPERTY_CHANGED, prop, pro=prop.pro_id, by=by, detail=",".join(changed)[:MAX_DETAIL])
    return prop


def keep_property(
    pro: Pro, reference: str, fields: Mapping[str, Any], *, by: ApiToken | User | None
) -> tuple[Property, bool]:
    """Change the property with this reference of the Pro's own, or make it; returns it, and True if it is new.

    References are compared without case, accents, spaces and punctuation. Raises ValidationError.
    """
    if not (key := reference_key(reference)):
        raise ValidationError({"reference": _("Use at least one letter or digit.")})
    if reference_key(fields.get("reference", reference)) != key:
        raise ValidationError({"reference": _("This is the reference of another property.")})
    with transaction.atomic():
        hold_book(pro.pk)
        if prop := Property.objects.for_pro(pro).filter(reference_key=key).first():
            return change_property(prop, by=by, **fields), False
        return create_property(pro, by=by, **{"reference": reference, **fields}), True


def preview_property(pro: Pro, reference: str, fields: Mapping[str, Any]) -> tuple[Property | None, list[str]]:
    """The property that `keep_property` would change, None for a new one, and the names of what would change.

    Stores nothing. Raises ValidationError where that would.
    """
    values = _clean({"reference": reference, **fields})
    numbers = values.pop("numbers", None)
    stored = Property.objects.for_pro(pro).filter(reference_key=reference_key(reference)).first()
    prop = stored or Property(pro=pro)
    before = {name: getattr(prop, name) for name in values}
    for name, value in values.items():
        setattr(prop, name, value)
    # A new one gets an address that is free.
    prop.full_clean(exclude={"pro", "reference_key", *(() if stored else ("slug",))})
    if numbers is not None:
        _check_numbers(pro, stored, numbers)
    # The same reference may be written otherwise in a file.
    changed = {name for name in values if getattr(prop, name) != before[name]} - {"reference"}
    if stored and numbers is not None and set(_read_numbers(numbers)) != _stored_numbers(stored):
        changed.add("numbers")
    return stored, sorted(changed)


def _check_numbers(pro: Pro, prop: Property | None, numbers: Numbers) -> None:
    """Raise ValidationError for a number without letter or digit, twice, or of another property."""
    keys = [reference_key(number) for _portal, number in _read_numbers(numbers)]
    if not all(keys):
        raise ValidationError({"numbers": _("Use at least one letter or digit.")})
    if PropertyNumber.objects.for_pro(pro).filter(key__in=keys).exclude(property=prop).exists():
        raise ValidationError({"numbers": REPEATED})


def take_away_property(prop: Property, *, by: User) -> bool:
    """Delete a property that nobody has asked about, with its pictures; withdraw any other. Returns True if deleted.

    Raises DoesNotExist when it was deleted meanwhile.
    """
    with transaction.atomic():
        hold_book(prop.pro_id)
        prop.refresh_from_db(from_queryset=Property.objects.select_for_update(of=("self",)))
        if ContactRequest.objects.filter(property=prop).exists():
            if not prop.is_gone:
                change_property(prop, by=by, state=Property.State.WITHDRAWN)
            return False
        record_event(Kind.PROPERTY_DELETED, prop, pro=prop.pro_id, by=by)
        for picture in prop.pictures.all():
            picture.delete_with_file()
        delete_properties(Property.objects.filter(pk=prop.pk))
        return True


def repeated_numbers(numbers: Iterable[str]) -> list[int]:
    """Places, from 0, of the portal numbers that equal one before them as they are compared."""
    keys = [reference_key(number) for number in numbers]
    return [place for place, key in enumerate(keys) if key and key in keys[:place]]


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {
        name: one_line(value, len(value)) if name in ONE_LINE else value for name, value in fields.items()
    }
    if "description" in cleaned:
        cleaned["description"] = unix_lines(cleaned["description"]).strip()
    if "translations" in cleaned:
        cleaned["translations"] = _clean_translations(cleaned["translations"])
    return cleaned


def _clean_translations(translations: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Texts by language as they are stored, blank ones left out."""
    cleaned = {
        language: {
            name: unix_lines(text).strip() if name == "description" else one_line(text, len(text))
            for name, text in texts.items()
        }
        for language, texts in sorted(translations.items())
    }
    filled = {language: {name: text for name, text in texts.items() if text} for language, texts in cleaned.items()}
    return {language: texts for language, texts in filled.items() if texts}


def _check(prop: Property) -> None:
    prop.full_clean(exclude={"pro", "reference_key"})


def _store_property(prop: Property) -> None:
    """Check it and store it. Raises ValidationError."""
    _check(prop)
    try:
        with transaction.atomic():
            prop.save()
    except IntegrityError:
        # Somebody else has taken its address on the site meanwhile.
        _check(prop)
        raise


def _store_with_free_slug(prop: Property) -> None:
    """Store a new property under the title's slug: "maison-du-lac", else "maison-du-lac-2"."""
    base = slugify(prop.title)[:100] or "property"
    for number in count(1):
        prop.slug = base if number == 1 else f"{base}-{number}"
        if Property.objects.filter(slug=prop.slug).exists():
            continue
        try:
            return _store_property(prop)
        except ValidationError as error:
            if "slug" not in error.message_dict:
                raise


def _changed_names(prop: Property, names: Iterable[str]) -> list[str]:
    stored = Property.objects.get(pk=prop.pk)
    return [name for name in names if getattr(stored, name) != getattr(prop, name)]


def _read_numbers(numbers: Numbers) -> list[tuple[str, str]]:
    """The numbers as they are stored. Raises ValidationError for one that is there twice."""
    if repeated_numbers(number for _portal, number in numbers):
        raise ValidationError({"numbers": REPEATED})
    return [(one_line(portal), one_line(number)) for portal, number in numbers]


def _stored_numbers(prop: Property) -> set[tuple[str, str]]:
    return set(prop.numbers.values_list("portal", "number"))


def _store_numbers(prop: Property, numbers: Numbers) -> None:
    """Make these the numbers of a property. Raises ValidationError. The caller holds the book."""
    rows = [PropertyNumber(property=prop, portal=portal, number=number) for portal, number in _read_numbers(numbers)]
    prop.numbers.all().delete()
    for row in rows:
        try:
            row.full_clean(exclude={"pro", "key"})
            with transaction.atomic():
                row.save(force_insert=True)
        except ValidationError as error:
            raise ValidationError({"numbers": error.messages}) from error
        except IntegrityError as error:
            raise ValidationError({"numbers": REPEATED}) from error
