"""The rehearsal of `deploy/cluster`: its templates have a value for every name, and its parts can be imported.

What it measures needs root, Debian's engines and minutes: docs/scaling.md.
"""

import configparser
import importlib
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "cluster"
# Those of one machine, beside the values of all.
OWN = {"patroni.yml": ["name", "address", "data_dir"]}
MAX_LINES = 300


@pytest.fixture
def engines(monkeypatch):
    """Module of the rehearsal, imported beside the others as the script does."""
    monkeypatch.syspath_prepend(str(FOLDER))
    names = [path.stem for path in FOLDER.glob("*.py")]
    yield importlib.import_module("engines")
    for name in names:
        sys.modules.pop(name, None)


def test_every_template_has_a_value_for_each_name(engines, subtests):
    templates = sorted((FOLDER / "templates").iterdir())
    assert {"haproxy.cfg", "patroni.yml", "pgbouncer.ini", "vestibule.env"} <= {path.name for path in templates}
    values = engines.values(Path("/nowhere"))
    for path in templates:
        with subtests.test(path.name):
            own = {name: f"the {name}" for name in OWN.get(path.name, [])}
            text = engines.render(path.name, **{**values, **own})
            assert "$" not in text
            unused = [name for name in own if f"the {name}" not in text]
            assert unused == []


def test_the_pool_gives_connections_for_a_transaction(engines):
    pool = configparser.ConfigParser()
    pool.read_string(engines.render("pgbouncer.ini", **engines.values(Path("/nowhere"))))
    assert pool["pgbouncer"]["pool_mode"] == "transaction"
    assert list(pool["databases"]) == ["vestibule", "vestibule_replica"]


def test_the_environment_names_variables_that_are_documented(engines):
    example = (FOLDER.parents[1] / ".env.example").read_text()
    documented = set(re.findall(r"^#?([A-Z_]+)=", example, re.M))
    template = string.Template((FOLDER / "templates" / "vestibule.env").read_text()).template
    assert set(re.findall(r"^([A-Z_]+)=", template, re.M)) <= documented


def test_a_template_with_a_name_without_a_value_is_refused(engines):
    with pytest.raises(KeyError, match="secret_key"):
        engines.render("vestibule.env", **{"site_host": "desk.test"})


def test_the_script_explains_itself():
    result = subprocess.run([sys.executable, FOLDER / "rehearse", "--help"], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    steps = ["throughput", "reads", "files", "drain", "lose-web", "jobs", "postgres-dies", "machine-dies"]
    assert [step for step in steps if step not in result.stdout] == []


def test_its_files_are_short():
    lengths = {path.name: path.read_text().count("\n") for path in (*FOLDER.glob("*.py"), FOLDER / "rehearse")}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}
