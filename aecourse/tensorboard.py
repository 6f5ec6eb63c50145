"""TensorBoard: logs of losses and of latents with thumbnails (lesson 03)."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from . import plots
from .plots.points import check_points, check_thumbnails
from .words import Words

LARGEST_SPRITE = 8192  # pixels a side: what TensorBoard still reads
EVERYTHING = dict.fromkeys(("scalars", "images", "histograms", "tensors"), 0)  # 0: TensorBoard's reader keeps all


def log_losses(writer) -> Callable:
    """Return a callback for `training.fit(on_epoch=...)` that logs each epoch's losses while training runs.

    writer: a `tensorboardX.SummaryWriter` (or that of torch.utils.tensorboard). `train_loss` becomes the scalar
    `loss/train`, `val_kl` becomes `kl/val`, so that TensorBoard shows what belongs together side by side. Lesson 03.

        training.fit(model, mnist, on_epoch=tensorboard.log_losses(writer))
    """
    def log(history, model):
        row = history.rows[-1]
        for column, value in row.items():
            part, _, name = column.partition("_")
            if name:
                writer.add_scalar(f"{name}/{part}", value, row["epoch"])
        writer.flush()
    return log


def write_embedding(writer, z, images, labels, class_names: Sequence[str] = plots.DIGITS, tag: str = "latents"):
    """Log latents with a thumbnail and a label each, for TensorBoard's projector.

    z `[N, d]`, images `[N, C, H, W]` in [0, 1], labels `[N]`. Raises ValueError where the numbers differ, or where
    the thumbnails do not fit in one sprite of 8192 x 8192 pixels. Lesson 03.

        tensorboard.write_embedding(writer, latent.embed(model, images), images, labels)
    """
    z, labels = check_points(z, labels, class_names)
    images = check_thumbnails(images, len(z))
    side = math.ceil(math.sqrt(len(z)))
    if side * max(images.shape[2:]) > LARGEST_SPRITE:
        raise ValueError(Words(
            "{count} thumbnails of {high}x{wide} make a sprite of more than {most} pixels a side, which TensorBoard does "
            "not read: give fewer points.",
            "{high}x{wide}の縮小画像{count}枚を並べると、1辺が{most}画素を超え、TensorBoardでは読み込めません。点を減らしてください。",
        ).format(count=len(z), high=images.shape[2], wide=images.shape[3], most=LARGEST_SPRITE))
    names = [class_names[label] for label in labels]
    writer.add_embedding(z, metadata=names, label_img=torch.as_tensor(images), tag=tag)
    writer.flush()


def read_back(folder: str | Path) -> dict:
    """Return what TensorBoard's own reader makes of a log's folder.

    `{"scalars": {tag: how many}, "images": {...}, "histograms": {...}, "embeddings": [tags]}`. Raises ValueError
    where the folder has no log. Lesson 03.
    """
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    folder = Path(folder)
    if not list(folder.glob("events.out.tfevents.*")):
        raise ValueError(Words(
            "There is no log in {folder}: give the folder that a SummaryWriter wrote to, not the one above it.",
            "{folder}にログがありません。その上のフォルダではなく、SummaryWriterが書き込んだフォルダを指定してください。",
        ).format(folder=folder))
    log = EventAccumulator(str(folder), size_guidance=EVERYTHING)
    log.Reload()
    counts = {kind: {tag: len(read(tag)) for tag in log.Tags()[kind]}
              for kind, read in (("scalars", log.Scalars), ("images", log.Images), ("histograms", log.Histograms))}
    config = folder / "projector_config.pbtxt"
    lines = config.read_text(encoding="utf-8").splitlines() if config.is_file() else []
    return counts | {"embeddings": [line.split('"')[1] for line in lines if "tensor_name" in line]}
