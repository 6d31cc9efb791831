"""The script of docs/channels.md works as documented."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from contacts.models import ContactMessage

from .payloads import SECRET, connect, mime, path

TEXT = (Path(__file__).parents[3] / "docs/channels.md").read_text()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
@pytest.mark.parametrize(("key", "texts"), [(SECRET, ["Bonjour, est-ce libre ?"]), ("another", [])])
def test_documented_script_signs_and_posts(live_server, pro, work_tasks, tmp_path, key, texts):
    [script] = re.findall(r"```sh\n(.*?)```", TEXT, re.S)
    address = live_server.url + path(connect(pro, "mime"))
    (tmp_path / "message.eml").write_bytes(mime())
    subprocess.run(
        ["bash", "-ec", script], cwd=tmp_path, env={**os.environ, "KEY": key, "ADDRESS": address}, check=True
    )
    work_tasks()
    assert list(ContactMessage.objects.values_list("text", flat=True)) == texts
