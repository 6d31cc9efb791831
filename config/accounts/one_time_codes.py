"""Codes that work once: those of an authenticator app (TOTP, RFC 6238), and recovery codes."""

import hashlib
import re
import secrets
import time

import pyotp
from django.utils.crypto import constant_time_compare

SECONDS = 30
# A clock may be so many steps of 30 seconds fast or slow.
DRIFT = 1
NUMBER_OF_CODES = 10
# None of these is taken for another: ten of them are 49 bits, which scrypt makes slow to guess.
ALPHABET, CODE_LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 10
COST = 2**14  # of scrypt: 16 MiB and about 50 ms a code


def make_app_secret() -> str:
    """A secret of 160 bits, in base32, as apps take it."""
    return pyotp.random_base32()


def make_app_uri(secret: str, account: str) -> str:
    """The address that an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name="Vestibule")


def find_step(secret: str, code: str, *, after: int = 0) -> int:
    """The step of time, later than `after`, whose code this is; 0 for none."""
    totp, now = pyotp.TOTP(secret), int(time.time()) // SECONDS
    steps = [step for step in range(now - DRIFT, now + DRIFT + 1) if step > after]
    return next((step for step in steps if constant_time_compare(totp.generate_otp(step), code)), 0)


def clean_app_code(text: str) -> str:
    """The six digits of what was typed, "" for anything else."""
    digits = re.sub(r"[\s-]", "", text)
    return digits if re.fullmatch(r"[0-9]{6}", digits) else ""


def make_recovery_codes() -> list[str]:
    """Ten codes such as "k7m2p-x9h4r"."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(NUMBER_OF_CODES)]
    half = CODE_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def make_salt() -> str:
    return secrets.token_hex(16)


def hash_recovery_code(text: str, salt: str) -> str:
    """The digest that is stored of a code, however it was typed; "" for what is none."""
    code = re.sub(r"[\s-]", "", text).lower()
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return ""
    return hashlib.scrypt(code.encode(), salt=salt.encode(), n=COST, r=8, p=1, dklen=32).hex()
