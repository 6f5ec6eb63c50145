"""What the grader's tests share: a machine without bubblewrap, and grading in this process."""

import pytest

from aecourse.words import Words
from aegrading import grade_class, grade_handin
from aegrading.results_folder import Settings
from aegrading.sandbox import bubblewrap
from aegrading.sandbox.limits import Isolation

NO_BUBBLEWRAP = Words("There is no bubblewrap in this test.", "このテストではbubblewrapを使いません。")


@pytest.fixture
def no_bubblewrap(monkeypatch):
    """Let no notebook be run, as on a machine without bubblewrap."""
    monkeypatch.setattr(bubblewrap, "why_unavailable", lambda: NO_BUBBLEWRAP)


@pytest.fixture
def here(monkeypatch):
    """Grade in this process: what a test replaces would be whole again in a worker. Returns the names of the zips."""
    opened = []

    def one_after_the_other(waiting, settings, workers, bar):
        for key, path in waiting.items():
            opened.append(path.name)
            grade_handin.grade_and_keep(path, key, settings)
            bar.update()
        return {}
    monkeypatch.setattr(grade_class, "run_pool", one_after_the_other)
    return opened


@pytest.fixture
def settings(tmp_path):
    """Settings of a class in tmp_path whose notebooks are not run."""
    (tmp_path / "results").mkdir()
    return Settings(tmp_path, tmp_path / "results", "grader", Isolation.NOT_RUN, 20)
