"""The examples of submission in docs/api/inquiries.md, run as written."""

import json
import re
from pathlib import Path

from inquiries.models import DirectoryUser, Inquiry

TEXT = (Path(__file__).parents[2] / "docs/api/inquiries.md").read_text()
SECTION = re.search(r"^## Submit an inquiry$(.*?)(?=^## |\Z)", TEXT, re.S | re.M)[1]
EXAMPLES = [block for _kind, block in re.findall(r"```(http|json)\n(.*?)```", SECTION, re.S)]


def send(api, example):
    first, _, body = example.partition("\n")
    method, path = first.split(" ")
    return api.send(method, path, body)


def test_the_examples_are_true(api, shipped):
    DirectoryUser.objects.create(userhub_id=456, first_name="Maria", email="maria@example.org")
    submission, answer, refused, refusal = EXAMPLES
    response, expected = send(api, submission), json.loads(answer)
    row = Inquiry.objects.get()
    # What every installation decides for itself.
    own = {"inquiry_id": row.pk, "reference": row.pk, "created_at": f"{row.created_at:%Y-%m-%dT%H:%M:%S}+00:00"}
    assert (response.status_code, response["Location"]) == (201, f"/api/inquiries/{row.pk}")
    assert response.json() == {**expected, "data": {**expected["data"], **own}}
    assert list(response.json()["data"]) == list(expected["data"])
    response = send(api, refused)
    assert (response.status_code, response.json()) == (422, json.loads(refusal))
