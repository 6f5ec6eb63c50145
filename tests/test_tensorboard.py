"""TensorBoard: its own reader finds the losses, the points and the thumbnails that were logged."""

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboardX import SummaryWriter

from aecourse import models, tensorboard, training

COUNT = 60
LABELS = torch.arange(COUNT) % 3
SPACE = np.random.default_rng(1).normal(size=(COUNT, 3))
IMAGES = torch.zeros(COUNT, 1, 8, 8) + torch.linspace(0, 1, COUNT)[:, None, None, None]
NAMES = ["zero", "one", "two"]


def test_losses_are_logged_while_training_runs(tmp_path):
    seen = []
    with SummaryWriter(str(tmp_path)) as writer:
        log = tensorboard.log_losses(writer)

        def watch(history, model):
            log(history, model)
            seen.append(tensorboard.read_back(tmp_path)["scalars"].get("loss/train", 0))
        model = models.VAE((64, 5, 2), shape=(1, 8, 8))
        history = training.fit(model, IMAGES, epochs=3, progress=False, on_epoch=watch)
    assert seen[2] >= 1, "the log may lag by an epoch or two, since a thread writes it"
    assert tensorboard.read_back(tmp_path)["scalars"] == dict.fromkeys(
        ("loss/train", "nll/train", "kl/train", "loss/val", "nll/val", "kl/val"), 3)
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    log = EventAccumulator(str(tmp_path))
    log.Reload()
    assert [event.value for event in log.Scalars("loss/val")] == pytest.approx(history.table["val_loss"].tolist())
    assert [event.step for event in log.Scalars("loss/val")] == [1, 2, 3]


def test_an_embedding_has_its_names_and_thumbnails(tmp_path):
    with SummaryWriter(str(tmp_path)) as writer:
        tensorboard.write_embedding(writer, SPACE, IMAGES, LABELS, NAMES, tag="here")
        writer.add_images("some", IMAGES[:4].numpy())
        writer.add_histogram("weights", SPACE)
    log = tensorboard.read_back(tmp_path)
    assert len(log["embeddings"]) == 1 and "here" in log["embeddings"][0]
    assert log["histograms"] == {"weights": 1} and log["images"] == {"some": 1}
    metadata, = tmp_path.rglob("metadata.tsv")
    assert metadata.read_text().split("\n")[:3] == NAMES
    vectors, = tmp_path.rglob("tensors.tsv")
    assert np.loadtxt(vectors) == pytest.approx(SPACE, abs=1e-5)
    sprite, = tmp_path.rglob("sprite.png")
    pixels = np.asarray(Image.open(sprite).convert("L"))
    assert pixels.shape[0] % 8 == 0 and pixels[4, 4] < 10 and pixels[4, 12] == pytest.approx(255 / (COUNT - 1), abs=3)


def test_a_sprite_that_tensorboard_cannot_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tensorboard, "LARGEST_SPRITE", 63)
    with SummaryWriter(str(tmp_path)) as writer, pytest.raises(ValueError, match="fewer points"):
        tensorboard.write_embedding(writer, SPACE, IMAGES, LABELS, NAMES)


def test_a_folder_without_a_log_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no log in"):
        tensorboard.read_back(tmp_path)
