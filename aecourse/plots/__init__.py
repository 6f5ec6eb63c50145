"""Plots: every figure of the course; each call returns its matplotlib figure, which no later cell shows again."""

from .curves import LiveCurve, bars, calendar, histogram, lines, loss_curves
from .notebook import alt_text, describe, set_up_page
from .pictures import compare_rows, show_images, show_steps, tile
from .plane import LATENTS, latent_glyphs, latent_plane, latent_planes
from .style import DIGITS, TEN

__all__ = ["DIGITS", "LATENTS", "LiveCurve", "TEN", "alt_text", "bars", "calendar", "compare_rows", "describe",
           "histogram", "latent_glyphs", "latent_plane", "latent_planes", "lines", "loss_curves", "set_up_page",
           "show_images", "show_steps", "tile"]
