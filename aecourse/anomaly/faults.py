"""Faults: the invented ones in the windows that a denoising detector is trained on (lesson 01)."""

import torch

from .features import ORDINARY_RUN

# What may happen to a window in training: chances, lengths in days, sizes in standard deviations. Lengths
# and sizes are spread wide, so that the network learns kinds of faults and not the very ones that a test
# injects.
STUCK_CHANCE, STUCK_DAYS = 0.2, (4, 14)
WAVE_CHANCE, WAVE_DAYS, WAVE_SIZE = 0.5, (3, 10), (1.0, 4.0)
SPIKE_CHANCE, SPIKE_SIZE = 0.03, (1.5, 5.0)  # the chance is for each day
LEVEL = 0.6  # whole windows are moved by this many standard deviations: a warm month is no fault


def between(low: float, high: float, *shape: int) -> torch.Tensor:
    """Return random numbers, uniform between low and high, with random signs."""
    return (low + (high - low) * torch.rand(*shape)) * (torch.randint(0, 2, shape) * 2 - 1)


def episodes(count: int, length: int, chance: float, days: tuple[int, int]):
    """Draw at most one run of days in each window: mask `[count, length]`, starts and lengths `[count, 1]`."""
    run = torch.randint(days[0], days[1] + 1, (count, 1))
    first = (torch.rand(count, 1) * (length + run - 1)).long() - run + 1  # may begin before it
    day = torch.arange(length)
    mask = (torch.rand(count, 1) < chance) & (day >= first) & (day < first + run)
    return mask, first.clamp(min=0), run


def spoil(batch: torch.Tensor) -> torch.Tensor:
    """Return windows `[B, C, length]` with invented faults: stuck sensors, waves and spikes.

    Channel 0 is the value in standard deviations, channel 1, where there is one, the stillness.

    >>> spoil(torch.zeros(5, 2, 21)).shape
    torch.Size([5, 2, 21])
    """
    value, (count, length) = batch[:, 0], batch[:, 0].shape
    stuck, first, run = episodes(count, length, STUCK_CHANCE, STUCK_DAYS)
    value = torch.where(stuck, value.gather(1, first), value)
    wave, _, _ = episodes(count, length, WAVE_CHANCE, WAVE_DAYS)
    value = value + wave * between(*WAVE_SIZE, count, 1)
    spike = torch.rand(count, length) < SPIKE_CHANCE
    value = value + spike * between(*SPIKE_SIZE, count, length)
    still = torch.where(stuck[:, None], run[:, None] - float(ORDINARY_RUN), batch[:, 1:])
    return torch.cat([value[:, None], still], 1)
