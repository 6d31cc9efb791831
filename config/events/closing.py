"""Switches of this app that are off while an office is closed, see `config.closing`."""

from config.closing.switches import Switch

from .models import Endpoint

SWITCHES = [Switch(Endpoint, "is_enabled")]
