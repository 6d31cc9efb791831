"""Backups: everything an installation knows, in one archive that either database can be restored from.

An archive is a tar, compressed by gzip and perhaps encrypted by age. Its members, in this order: `head.json` (`Head`),
a file `rows/<app>.<Model>.jsonl` for each table with a JSON array for each row, `files/<storage>/<name>` for each
uploaded file that these rows name, and `end.json` (`End`), without which the archive is not whole.
"""
