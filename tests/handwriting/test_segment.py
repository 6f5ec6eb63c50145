"""Which piece of ink is the digit."""

import numpy as np
import pytest

from aecourse.handwriting import segment


def mask_of(*boxes, side=200):
    """A mask with filled boxes (top, left, bottom, right)."""
    mask = np.zeros((side, side), dtype=bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = True
    return mask


BAR = (50, 90, 150, 105)


@pytest.mark.parametrize("other", [
    (10, 10, 14, 14),      # a speck
    (180, 20, 183, 190),   # a printed line
    (0, 150, 200, 200),    # a shadow along the edge
    (20, 170, 35, 172),    # a small mark far away
])
def test_what_is_no_digit_is_left_out(other):
    assert (segment.digit_of(mask_of(BAR, other)) == mask_of(BAR)).all()


def test_a_loose_bar_near_the_digit_belongs_to_it():
    both = mask_of(BAR, (50, 110, 60, 150))
    assert (segment.digit_of(both) == both).all()
    far = mask_of(BAR, (50, 140, 60, 180))
    assert (segment.digit_of(far) == mask_of(BAR)).all()


def test_a_frame_around_the_digit_is_left_out():
    frame = mask_of((20, 20, 180, 180)) & ~mask_of((24, 24, 176, 176))
    assert (segment.digit_of(frame | mask_of(BAR)) == mask_of(BAR)).all()
    ring = mask_of((40, 60, 160, 140)) & ~mask_of((55, 75, 145, 125))
    assert (segment.digit_of(ring) == ring).all(), "an empty frame of pen strokes is a 0"


def test_a_dot_inside_a_ring_does_not_make_the_ring_a_frame():
    ring = mask_of((40, 60, 160, 140)) & ~mask_of((55, 75, 145, 125))
    assert segment.digit_of(ring | mask_of((95, 95, 105, 105)))[40:55, 60:140].all()


def test_pieces_that_touch_at_a_corner_are_one():
    stairs = mask_of((50, 50, 100, 70), (100, 70, 150, 90))
    assert (segment.digit_of(stairs) == stairs).all()


def test_two_digits_are_refused_with_their_number():
    with pytest.raises(ValueError, match="There are 2 pieces of ink of about the same size: give a picture"):
        segment.digit_of(mask_of((50, 30, 150, 45), (50, 130, 150, 145)))
    with pytest.raises(ValueError, match="There are 3 pieces of ink"):
        segment.digit_of(mask_of((50, 30, 150, 40), (50, 90, 150, 100), (50, 150, 150, 160)))


def test_specks_alone_are_refused():
    with pytest.raises(ValueError, match="only specks"):
        segment.digit_of(mask_of((50, 50, 54, 54), (120, 130, 123, 133)))
