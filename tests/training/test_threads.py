"""Threads: their number is measured, the CPUs that may be used bound it, and a variable overrules both."""

import math

import pytest
import torch

from aecourse.training import threads


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """Nothing set in the environment, and torch's threads as they were afterwards."""
    before = torch.get_num_threads()
    for name in (threads.VARIABLE, "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    yield
    torch.set_num_threads(before)


def choose_with(monkeypatch, cpus, seconds):
    """What is chosen with so many CPUs when steps take `seconds`, {threads: seconds}."""
    monkeypatch.setattr(threads, "usable_cpus", lambda: cpus)
    monkeypatch.setattr(threads, "step_seconds", lambda counts: {n: seconds[n] for n in counts if n in seconds})
    return threads.choose()


@pytest.mark.parametrize(("seconds", "count"), [
    ({1: 1.0, 2: 0.55, 4: 0.5}, 2), ({1: 1.0, 2: 0.6, 4: 0.3}, 4), ({1: 1.0, 2: 0.95, 4: 0.9}, 1), ({1: 1.0}, 1),
    ({2: 1.0, 4: 0.9}, 2)])
def test_more_threads_are_taken_where_they_gain_enough(monkeypatch, seconds, count):
    assert choose_with(monkeypatch, 4, seconds) == threads.Threads(count, 4, "measured")
    assert torch.get_num_threads() == count


def test_one_cpu_needs_no_measurement(monkeypatch):
    monkeypatch.setattr(threads, "fastest", lambda counts: pytest.fail("nothing to choose from"))
    assert choose_with(monkeypatch, 1, {}) == threads.Threads(1, 1, "one CPU")


@pytest.mark.parametrize("name", ["AECOURSE_THREADS", "OMP_NUM_THREADS"])
def test_a_variable_overrules_the_measurement(monkeypatch, name):
    monkeypatch.setenv(name, "3")
    chosen = threads.choose()
    assert (chosen.count, chosen.reason) == (3, "asked") and torch.get_num_threads() == 3


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_a_variable_that_is_no_number_of_threads_is_refused(monkeypatch, text):
    monkeypatch.setenv("AECOURSE_THREADS", text)
    with pytest.raises(ValueError, match="AECOURSE_THREADS"):
        threads.choose()


@pytest.mark.parametrize(("files", "cpus"), [
    ({"cpu.max": "150000 100000\n"}, 1.5), ({"cpu.max": "max 100000\n"}, math.inf), ({}, math.inf),
    ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
    ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, math.inf), ({"cpu.max": "?\n"}, math.inf)])
def test_the_containers_quota_is_read(tmp_path, files, cpus):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert threads.quota(tmp_path) == cpus


def test_the_measurement_is_real_and_leaves_torch_as_it_was():
    torch.set_num_threads(1)
    seconds = threads.step_seconds([1, 2])
    assert seconds and set(seconds) <= {1, 2} and all(each > 0 for each in seconds.values())
    assert torch.get_num_threads() == 1 and threads.usable_cpus() >= 1
