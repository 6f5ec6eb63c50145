"""Widgets: things to move in a lesson's page: sliders, the latent explorer, the projector."""

from .slider import figure_slider, frame_slider

__all__ = ["figure_slider", "frame_slider"]
