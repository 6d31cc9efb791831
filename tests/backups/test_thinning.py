"""Older archives go, but those of some days, weeks and months."""

from datetime import UTC, datetime, timedelta

from config.backups.places import make_name, superfluous

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


def names(moments):
    return [make_name(moment, is_encrypted=False) for moment in moments]


def test_two_years_of_backups_every_six_hours():
    moments = [NOW - timedelta(hours=6 * count) for count in range(4 * 730)]
    gone = superfluous(names(moments), NOW)
    kept = sorted(set(names(moments)) - set(gone))
    days = [name[10:18] for name in kept]
    # A day's all; then one of each of seven days, five weeks (on Sundays) and twelve months.
    assert days[-4:] == ["20261127", "20261127", "20261127", "20261128"]
    assert sorted(set(days)) == [
        *("20251231", "20260131", "20260228", "20260331", "20260430", "20260531", "20260630", "20260731", "20260831"),
        *("20260930", "20261031", "20261101", "20261108", "20261115", "20261122", "20261123", "20261124", "20261125"),
        *("20261126", "20261127", "20261128"),
    ]


def test_a_rare_backup_is_kept_and_other_files_are_left_alone():
    old = names([NOW - timedelta(days=400), NOW - timedelta(days=90)])
    assert superfluous([*old, "notes.txt", "vestibule-old.tar.gz"], NOW) == []
