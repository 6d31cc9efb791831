"""The table of `make faults`."""

import pytest

from .__main__ import MISSED, _try

FAULT = """
def test_a_fault(record_property):
    record_property("measured", "12 ms")
    assert {}
"""


@pytest.mark.thorough
def test_a_row_says_what_was_measured_and_whether_it_was_reached(tmp_path):
    reached, missed = tmp_path / "test_reached.py", tmp_path / "test_missed.py"
    reached.write_text(FAULT.format(True))
    missed.write_text(FAULT.format(False))
    assert _try([str(reached)]) == ("12 ms; 1 tests", "ok")
    assert _try([str(reached), str(missed)]) == ("12 ms; 12 ms; 2 tests, 1 failures", MISSED)
