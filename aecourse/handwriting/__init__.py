"""Handwriting: a picture of your digit, its style, ten digits in that style; draw pad, clock and font (lesson 05)."""

from .measure import pen_width, slant
from .photo import check_label, open_picture, own_digit
from .prepare import prepare_digit
from .style import cost_of_style, morph, reference_model, style_of, write

__all__ = ["check_label", "cost_of_style", "morph", "open_picture", "own_digit", "pen_width", "prepare_digit",
           "reference_model", "slant", "style_of", "write"]
