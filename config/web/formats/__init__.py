"""Formats of dates where Django's own are not those of the pages; see FORMAT_MODULE_PATH."""
