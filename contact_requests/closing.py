"""Switches of this app that are off while an office is closed, see `config.closing`."""

from config.closing.switches import Switch

from .models import OfficePage, Property

SWITCHES = [Switch(Property, "is_published"), Switch(OfficePage, "is_published")]
