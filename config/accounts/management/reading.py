"""Arguments and errors of the management commands."""

from argparse import ArgumentTypeError

from django.core.exceptions import ValidationError


def read_text(value: str) -> str:
    """Strip an argument. Raises ArgumentTypeError when it is not UTF-8, which could not be stored."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ArgumentTypeError("is not UTF-8") from error
    return value.strip()


def format_errors(error: ValidationError) -> str:
    """Format a validation error as one line: "email: Enter a valid email address."."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    errors = error.message_dict.items()
    return " ".join(f"{field.replace('_', '-')}: {' '.join(messages)}" for field, messages in errors)
