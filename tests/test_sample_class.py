"""The sample class: its hands are read and differ, its notebooks pass, and its zips hold what was asked for."""

import hashlib
import json
import zipfile

import numpy as np
import pytest
import torch

from aecourse import handwriting
from tests.sample_class import hand, honest_cells, make, notebook_of


@pytest.mark.parametrize("label", range(10))
def test_made_hands_are_read_and_differ(label):
    digits = torch.cat([handwriting.prepare_digit(hand(seed, label)) for seed in range(4)])
    assert digits.amax(dim=(1, 2, 3)).min() > 0.7
    apart = (digits[:, None] - digits).abs().mean(dim=(2, 3, 4))[~torch.eye(4, dtype=bool)]
    assert apart.min() > 0.01
    costs = [handwriting.cost_of_style(handwriting.style_of(digits[:1], other), digits[:1], torch.tensor([other]))
             for other in range(10)]
    assert int(np.argmin(costs)) == label
    assert np.array_equal(hand(3, label), hand(3, label))


@pytest.mark.parametrize("seed", range(9))
def test_made_notebooks_pass_their_checks(seed, capsys):
    shared = {}
    for cell in honest_cells(seed):
        exec(cell, shared)
    assert capsys.readouterr().out.count("passed: ") == 2


def test_changes_are_put_into_the_zip(tmp_path):
    path = make(tmp_path, "<i>/ё", picture=hand(1, 4).rotate(3, fillcolor=255), notebook=["1 + 1"], answers={"Q": "A"},
                **{"x.txt": b"?", "digits.png": None, "handin.json": {"label": 12}})
    with zipfile.ZipFile(path) as archive:
        found = json.loads(archive.read("handin.json"))
        assert path.name == "handin__i__ё.zip" and found["student_id"] == "<i>/ё" and found["label"] == 12
        assert archive.read("lesson.ipynb") == notebook_of(["1 + 1"]) and found["answers"] == {"Q": "A"}
        assert found["sha256"]["x.txt"] == hashlib.sha256(b"?").hexdigest() and "digits.png" not in archive.namelist()
        with zipfile.ZipFile(make(tmp_path / "other")) as other:
            assert archive.read("picture.png") != other.read("picture.png")
