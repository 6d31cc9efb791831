"""What the commands read from the command line."""

from argparse import ArgumentTypeError

from django.core.exceptions import ValidationError


def text(value: str) -> str:
    """`value` without the space around it; a byte that is no UTF-8 could not be stored."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ArgumentTypeError("is not UTF-8") from error
    return value.strip()


def problems(error: ValidationError) -> str:
    """A validation error as one line: "email: Enter a valid email address."."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{field.replace('_', '-')}: {' '.join(said)}" for field, said in error.message_dict.items())
