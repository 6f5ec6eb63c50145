"""One hand-in: what lies beside its notebook."""

import json

from aegrading import grade_handin
from aegrading.handin import intake
from tests import sample_class


def test_the_picture_lies_beside_the_notebook_under_both_names(tmp_path):
    handin = intake.read_handin(sample_class.make(tmp_path, label=7), tmp_path)
    files = grade_handin.files_beside(handin)
    assert files["my_digit.png"] == files["picture.png"] == handin.picture
    assert json.loads(files["my_digit.json"])["label"] == 7
    assert files["lesson.ipynb"] == handin.notebooks["lesson.ipynb"].content
