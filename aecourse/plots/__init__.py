"""Plots: every figure of the course; each call returns its matplotlib figure and leaves pyplot as it was."""

from .curves import LiveCurve, bars, calendar, histogram, lines, loss_curves
from .pictures import compare_rows, show_images, show_steps, tile
from .plane import LATENTS, latent_glyphs, latent_plane, latent_planes
from .style import DIGITS, TEN, styled

__all__ = ["DIGITS", "LATENTS", "LiveCurve", "TEN", "bars", "calendar", "compare_rows", "histogram", "latent_glyphs",
           "latent_plane", "latent_planes", "lines", "loss_curves", "show_images", "show_steps", "styled", "tile"]
