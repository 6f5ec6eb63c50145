"""The conditional VAE: shapes, where the label enters, its loss, and embedding and decoding with labels."""

import pytest
import torch
import torch.nn.functional as F

from aecourse import latent, models, objectives, training
from aecourse.images import load_images


@pytest.fixture
def model():
    return models.CVAE((784, 32, 16, 4))


@pytest.fixture
def batch():
    random = torch.Generator().manual_seed(1)
    return torch.rand(6, 1, 28, 28, generator=random), torch.tensor([0, 1, 2, 3, 9, 9])


def test_the_default_layers_are_those_that_the_lesson_names():
    shapes = [tuple(p.shape) for p in models.CVAE().parameters() if p.ndim == 2]
    assert shapes == [(512, 794), (512, 512), (32, 512), (512, 26), (512, 512), (784, 512)]


def test_shapes(model, batch):
    x, labels = batch
    mean, log_var = model.encode(x, labels)
    assert mean.shape == log_var.shape == (6, 4)
    assert model.decode(mean, labels).shape == model(x, labels).shape == (6, 1, 28, 28)
    assert torch.equal(model.decode(mean, labels), torch.sigmoid(model.logits(mean, labels)))


def test_the_label_enters_encoder_and_decoder(model, batch):
    x, labels = batch
    other = (labels + 1) % 10
    assert not torch.allclose(model.encode(x, labels)[0], model.encode(x, other)[0])
    z = torch.zeros(6, 4)
    assert not torch.allclose(model.decode(z, labels), model.decode(z, other))


def test_a_row_of_shares_may_stand_for_a_label(model, batch):
    x, labels = batch
    rows = F.one_hot(labels, 10)
    assert torch.equal(model.encode(x, labels)[1], model.encode(x, rows)[1])
    z = torch.randn(6, 4, generator=torch.Generator().manual_seed(2))
    assert torch.equal(model.decode(z, labels), model.decode(z, rows.float()))
    half = 0.5 * rows + 0.5 * F.one_hot((labels + 1) % 10, 10)
    assert not torch.allclose(model.decode(z, half), model.decode(z, labels))


def test_the_loss_is_its_named_parts_in_the_convention_of_lesson_04(model, batch):
    x, labels = batch
    torch.manual_seed(0)
    losses = model.loss(batch)
    torch.manual_seed(0)
    mean, log_var = model.encode(x, labels)
    z = mean + (log_var / 2).exp() * torch.randn_like(mean)
    nll = F.binary_cross_entropy(model.decode(z, labels), x, reduction="sum") / 6
    assert losses["nll"].item() == pytest.approx(nll.item(), rel=1e-5)
    assert losses["kl"].item() == pytest.approx(objectives.gaussian_kl(mean, log_var).mean().item())
    assert losses["loss"].item() == pytest.approx((losses["nll"] + losses["kl"]).item())


def test_each_picture_has_noise_of_its_own(model):
    mean = torch.zeros(5, 4)
    drawn = model.sample(mean, mean)
    assert len({tuple(row.tolist()) for row in drawn}) == 5


def test_the_seed_decides_the_first_weights():
    first, again, other = (models.CVAE((784, 16, 2), seed=seed).encoder[0].weight for seed in (3, 3, 4))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_training_on_labelled_pictures_lowers_the_loss(model):
    history = training.fit(model, load_images("digits"), epochs=4, batch_size=32, progress=False)
    assert history.rows[-1]["val_loss"] < 0.9 * history.rows[0]["val_loss"]
    assert {"test_nll", "test_kl"} <= set(history.rows[0])


def test_latent_functions_take_the_labels(model, batch):
    x, labels = batch
    z = latent.embed(model, x, labels)
    assert z.shape == (6, 4) and (z == model.encode(x, labels)[0].detach().numpy()).all()
    assert torch.equal(latent.decode(model, z, labels), latent.reconstruct(model, x, labels))


def test_as_many_labels_as_pictures_are_needed(model, batch):
    x, labels = batch
    with pytest.raises(RuntimeError):
        model.encode(x, labels[:5])


def test_the_weights_come_back_from_a_file(model, batch, tmp_path):
    training.save_model(model, tmp_path / "cvae.safetensors")
    again = training.load_weights(models.CVAE((784, 32, 16, 4), seed=5), tmp_path / "cvae.safetensors")
    assert torch.equal(model(*batch), again(*batch))
