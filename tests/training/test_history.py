"""Tests of History: the best epoch, and a file of it."""

import pytest

from aecourse.training import History

ROWS = [{"epoch": 1, "seconds": 0.1, "val_loss": 0.3}, {"epoch": 2, "seconds": 1 / 3, "val_loss": 0.1},
        {"epoch": 3, "seconds": 0.7, "val_loss": 0.2}]


def test_the_best_epoch_has_the_smallest_validation_loss():
    history = History(ROWS)
    assert (history.best_epoch, history.best, history.seconds, history.epochs) == (2, ROWS[1], 0.7, 3)


def test_added_epochs_are_numbered_and_timed():
    history = History(epochs=5)
    for loss in (0.3, 0.2):
        history.add({"val_loss": loss})
    assert history.table["epoch"].to_list() == [1, 2] and history.epochs == 5
    assert 0 <= history.rows[0]["seconds"] <= history.seconds


def test_a_history_survives_a_file_exactly(tmp_path):
    history = History(ROWS)
    history.save(tmp_path / "history.csv")
    again = History.load(tmp_path / "history.csv")
    assert again.table.equals(history.table)
    assert (again.best_epoch, again.seconds) == (history.best_epoch, history.seconds)


def test_an_empty_history_says_so():
    with pytest.raises(ValueError, match="empty"):
        _ = History().best_epoch
