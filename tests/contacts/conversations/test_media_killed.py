"""The worker is killed at every step of fetching a medium, and the next one goes on: kept once, nothing left behind."""

import pytest

from config.files.models import LooseFile
from contacts.channels.message import Media
from contacts.models import MessageFile, MessageMedium
from tests.jobs import test_worker

from ...pictures import picture
from ..messaging import arrive

start_worker = test_worker.start_worker
COUNT = 5


def is_all_kept():
    return not MessageMedium.objects.exclude(state="kept").exists()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_killed_workers_keep_every_medium_once(whatsapp, peer, start_worker, attachment_folder, monkeypatch):
    monkeypatch.setenv("WHATSAPP_API_URL", f"http://127.0.0.1:{peer.port}/v24.0")
    for number in range(COUNT):
        peer.media[f"m{number}"] = (picture((700, 500 + number)), "image/jpeg")
        arrive(whatsapp, "", media=(Media("image", f"m{number}", "", "image/jpeg"),))
    steps = {
        "address": lambda: any(seen.path.endswith(("/m0", "/m1", "/m2")) for seen in peer.seen),
        "bytes": lambda: any("/lookaside/" in seen.path for seen in peer.seen),
        "file": LooseFile.objects.exists,
        "row": MessageFile.objects.exists,
    }
    for step, is_reached in steps.items():
        peer.seen.clear()
        if step == "address":
            peer.may_answer.clear()
        worker = start_worker()
        # A quick worker may have kept them all before anybody looks.
        test_worker.wait_until(lambda is_reached=is_reached: is_reached() or is_all_kept())
        worker.kill()
        worker.wait()
        peer.may_answer.set()
    start_worker()
    test_worker.wait_until(is_all_kept)
    files = list(MessageFile.objects.order_by("size"))
    assert sorted(file.open().read() for file in files) == sorted(content for content, _type in peer.media.values())
    held = {key for file in files for key in (file.key, file.thumbnail_key)}
    loose = set(LooseFile.objects.values_list("key", flat=True))
    assert (len(held), held & loose) == (2 * COUNT, set())
    assert {path.name for path in attachment_folder.iterdir()} <= held | loose
