"""Segment: find the piece of ink that is the digit, among specks, printed lines, frames and shadows."""

import numpy as np
from scipy import ndimage

from ..words import Words

FLAT = 2.5             # times as wide as high: no digit, but a line
SLIMMEST = 1/4         # of its height: a piece counts as at least this wide, or a 1 would lose to a blot
EDGE_SCORE, FLAT_SCORE = 0.1, 0.05  # factors of a piece's score where it touches the picture's edge, where it is flat
SMALLEST = 0.03        # of the picture's longer side: smaller ink is no digit
LEAST = 0.05           # of all that looks like ink: where the digit has less, the picture shows noise
FRAME_BORDER = 8       # a frame's ink lies in the outer 1/8 of its box on each side, ...
FRAME_INSIDE = 0.1     # ... and less than this share of it further inside, ...
FRAMED = 0.3           # ... around a piece longer than this share of it
NEAR = 0.2             # of a digit's size: a piece of ink nearer than this belongs to it ...
SPECK = 0.02           # ... unless its area is less than this share of the digit's ...
LONGER = 1.2           # ... or it is longer than this many times the digit
RIVAL_HEIGHT, RIVAL_AREA = 0.6, 0.4  # of the digit's: a piece above both is another digit


def digit_of(mask):
    """Return the part of a mask `[H, W]` that is the digit; raises ValueError for none, or for more than one.

    The best piece of ink with the smaller ones near it (the bar of a 5), without specks, printed lines, a frame around
    the digit, and what lies along the picture's edge.
    """
    numbered, _ = ndimage.label(mask, np.ones((3, 3)))
    every = pieces_of(numbered)
    pieces = [piece for piece in every if not piece.is_frame(every)]
    if not pieces:
        raise ValueError(Words("No digit found: there is no ink.", "数字が見つかりません。インクの跡がありません。"))
    main = max(pieces, key=Piece.score)
    if main.is_flat:
        raise ValueError(Words("No digit found, only a line: draw or photograph one digit.",
                               "線だけで、数字が見つかりません。数字を1つ書くか、撮影してください。"))
    chosen = [piece for piece in pieces if piece is main or piece.belongs_to(main)]
    if main.extent < SMALLEST * max(mask.shape) or sum(piece.area for piece in chosen) < LEAST * mask.sum():
        raise ValueError(Words("No digit found, only specks: let the digit fill a good part of the picture.",
                               "小さな点だけで、数字が見つかりません。数字が画像の中で大きく写るようにしてください。"))
    refuse_several(main, [piece for piece in pieces if piece not in chosen])
    return np.isin(numbered, [piece.number for piece in chosen])


def pieces_of(numbered):
    """Return the `Piece`s of a mask whose connected pieces are numbered from 1, `[H, W]`."""
    areas, boxes = np.bincount(numbered.ravel())[1:], ndimage.find_objects(numbered)
    return [Piece(number, area, box, numbered)
            for number, (area, box) in enumerate(zip(areas, boxes, strict=True), start=1)]


class Piece:
    """A connected piece of ink: its number in the numbered mask, its area in pixels, its box and its ink in there."""

    def __init__(self, number, area, box, numbered):
        self.number, self.area, self.ink = number, area, numbered[box] == number
        (self.top, self.bottom), (self.left, self.right) = ((side.start, side.stop) for side in box)
        self.high, self.wide = self.bottom - self.top, self.right - self.left
        self.extent = max(self.high, self.wide)
        self.at_edge = (0 in (self.top, self.left) or self.bottom == numbered.shape[0]
                        or self.right == numbered.shape[1])
        self.is_flat = self.wide > FLAT * self.high

    def score(self):
        """Return how much the piece is like a digit: large and not flat, better without touching the picture's edge."""
        size = self.high * max(self.wide, SLIMMEST * self.high)
        return size * (EDGE_SCORE if self.at_edge else 1) * (FLAT_SCORE if self.is_flat else 1)

    def is_frame(self, pieces):
        """Return whether the piece is a drawn frame: its ink lies along its box, and a large piece stands inside."""
        framed = any(self.top < other.top and self.left < other.left and self.bottom > other.bottom
                     and self.right > other.right and other.extent > FRAMED * self.extent for other in pieces)
        down, across = max(1, self.high // FRAME_BORDER), max(1, self.wide // FRAME_BORDER)
        return framed and self.ink[down:-down, across:-across].sum() < FRAME_INSIDE * self.area

    def gap(self, other):
        """Return the distance of the boxes of two pieces in pixels, 0 where they overlap."""
        down = max(self.top - other.bottom, other.top - self.bottom, 0)
        across = max(self.left - other.right, other.left - self.right, 0)
        return np.hypot(down, across)

    def belongs_to(self, main):
        """Return whether the piece is part of the digit whose main piece is another: near it, no speck and no line."""
        return (self.gap(main) < NEAR * main.extent and self.area > SPECK * main.area and not self.at_edge
                and self.extent < LONGER * main.extent)


def refuse_several(main, others):
    """Raise a ValueError when another piece is as much like a digit as the main one."""
    rivals = [piece for piece in others if not piece.at_edge and not piece.is_flat
              and piece.high > RIVAL_HEIGHT * main.high and piece.area > RIVAL_AREA * main.area]
    if rivals:
        raise ValueError(Words(
            "There are {count} pieces of ink of about the same size: give a picture with one digit, cut out of the "
            "others.", "同じくらいの大きさのインクのかたまりが{count}個あります。数字1つだけを切り抜いた画像を渡してください。",
        ).format(count=1 + len(rivals)))
