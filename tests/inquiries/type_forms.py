"""The forms of an inquiry type in the staff admin."""

from ..admin_site import page
from ..pages import Page

STEP = ["sort_order", "key", "label", "description", "color", "is_initial", "is_terminal", "maps_to_case_status"]


def type_form(inquiry_type, *new, changes=None, **fields):
    """The form of a type: `changes` by key of the existing steps (DELETE among them), then `new` steps."""
    names = ["name", "slug", "description", "icon", "icon_type", "color", "sort_order"]
    data = {name: getattr(inquiry_type, name) for name in names} | {"is_active": "on"} | fields
    steps = list(inquiry_type.steps.all()) if inquiry_type.pk else []
    rows = [
        {"id": step.pk, "inquiry_type": inquiry_type.pk}
        | {name: getattr(step, name) for name in STEP}
        | (changes or {}).get(step.key, {})
        for step in steps
    ] + list(new)
    data |= {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": len(steps)}
    for number, row in enumerate(rows):
        data |= {
            f"steps-{number}-{name}": value for name, value in row.items() if value is not False and value is not None
        }
    return {name: "on" if value is True else value for name, value in data.items()}


def post(client, inquiry_type, *new, changes=None, **fields):
    return client.post(page(inquiry_type, "change"), type_form(inquiry_type, *new, changes=changes, **fields))


def errors(response):
    """The errors by row and field, and those above the rows."""
    formset = response.context["inline_admin_formsets"][0].formset
    beside = {(row, name): list(texts) for row, form in enumerate(formset.forms) for name, texts in form.errors.items()}
    return beside, formset.non_form_errors()


def hidden(response):
    """The hidden fields of the form that asks for target steps."""
    fields = Page(response).one("#targets").all("input[type=hidden]:not([name=csrfmiddlewaretoken])")
    return {field["name"]: field.value for field in fields}
