"""What holds for all tests of the sandbox: nothing is left behind."""

import os
import tempfile
from pathlib import Path

import psutil
import pytest

from aegrading.sandbox import bubblewrap
from tests.aegrading.sandbox import MARK


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch):
    """After each test: no process of the notebook's, and no folder of the sandbox's; others' may run beside it."""
    own = f"tests-{os.getpid()}-"
    monkeypatch.setattr(tempfile, "template", own)  # how the names of temporary folders begin
    children = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= children
    asleep = [process for process in psutil.process_iter(["cmdline"]) if MARK in (process.info["cmdline"] or [])]
    assert asleep == []
    left = list(Path(tempfile.gettempdir()).glob(f"{own}*/input"))
    assert left == []


@pytest.fixture(scope="session")
def isolated():
    """A machine on which bubblewrap works, else a skip with the reason."""
    if bubblewrap.why_unavailable():
        pytest.skip(bubblewrap.why_unavailable().en)
