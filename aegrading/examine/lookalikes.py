"""Look-alikes: pairs of hand-ins that share a file, strokes, a style, a text or code. The teacher judges each pair.

Pictures are compared by `picture_match`, answers by `shared_answers`, code by `shared_code`. A pair's strength is at
least 0.5.
"""

import base64
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.distance import pdist

from aecourse.words import Words

from . import picture_match, shared_answers, shared_code
from .attempts import CONTENT, Failures, attempt

Finds = dict[tuple[int, int], tuple]  # {(i, j): (strength, sentence, and for code its lines)} of two hand-ins, i < j

SAME_STYLE = 0.2  # distance of two z: styles of one label lie 3 to 5 apart, those of MNIST's 1s 0.2 and more
LATENTS = 16      # of a style z
SAME_FILE = ((Words("The two pictures are the same file.", "2つの画像は同じファイルです。"), lambda work: work.picture),
             (Words("The two zips are the same file.", "2つのzipファイルは同じファイルです。"), lambda work: zip_of(work)))
SAME_PICTURE = Words("The two pictures show strokes that lie on each other, apart from crop, size, turn and light.",
                     "2枚の画像の線は、切り抜き方、大きさ、傾き、明るさを除くと、ぴったり重なります。")

SIMILAR_STYLE = Words("The pictures differ, but their styles z are nearly the same.",
                      "画像は違いますが、筆跡を表すzがほとんど同じです。")


@dataclass(frozen=True)
class Work:
    """What is compared of one hand-in; picture: its bytes, prepared `[28, 28]` in [0, 1], z `[16]`, each or None."""

    key: str
    label: int | None = None
    picture: bytes | None = None
    prepared: np.ndarray | None = None
    z: np.ndarray | None = None
    answers: dict[str, str] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """Two hand-ins (their keys) that share something; reason: "same file", "picture", "style", "answer" or "code".

    strength: from 0.5 to 1. lines: the code that both share, as the first one wrote it.
    """

    first: str
    second: str
    reason: str
    strength: float
    words: Words
    lines: tuple[str, ...] = ()


def compare(results: list[dict]) -> tuple[list[Pair], dict[str, list[Words]]]:
    """Return the pairs of hand-ins that are alike, the strongest first, and {key: sentences} of what failed.

    results: as `result.result_of` makes them. A hand-in on which a step fails is left out of that step alone.
    """
    failures = {}
    works = [attempt(failures, index, CONTENT, work_of, result) or Work(result["key"])
             for index, result in enumerate(results)]
    pairs = pairs_of(works, shared_code.known_statements(), failures)
    return pairs, {results[index]["key"]: sentences for index, sentences in failures.items()}


def work_of(result: dict) -> Work:
    """Return what is compared of a result."""
    picture, prepared, z = (result["picture"][name] for name in ("thumbnail", "prepared", "z"))
    return Work(
        key=result["key"], label=result["label"], picture=None if picture is None else base64.b64decode(picture),
        prepared=None if prepared is None else np.array(prepared, np.float32) / 255,
        z=None if z is None else np.array(z, np.float32).reshape(LATENTS),
        answers=result["answers"], cells=result["cells"])


def pairs_of(works: list[Work], known: frozenset[str], failures: Failures) -> list[Pair]:
    """Return the pairs of works that are alike, the strongest first; two works may be a pair for several reasons.

    known: the statements that count for nobody (`shared_code.known_statements`). failures: what fails is added here.
    """
    same = same_files(works)
    pictures = similar_pictures(works, same, failures)
    finds = {"same file": same, "picture": pictures, "style": similar_styles(works, same | pictures),
             "answer": shared_answers.find([work.answers for work in works], failures),
             "code": shared_code.find([work.cells for work in works], known, failures)}
    same_zip = {(i, j) for i, j in same if zip_of(works[i]) == zip_of(works[j])}  # then all the rest is the same too
    pairs = [Pair(works[i].key, works[j].key, reason, min(1.0, float(strength)), *rest)
             for reason, pairs in finds.items() for (i, j), (strength, *rest) in pairs.items()
             if (i, j) not in same_zip or reason == "same file"]
    return sorted(pairs, key=lambda pair: -pair.strength)


# ---- files, pictures and styles --------------------------------------------------------------------


def zip_of(work: Work) -> str:
    """Return the SHA-256 that begins a work's key: the same zip handed in twice has a number behind it."""
    return work.key[:64]


def same_files(works: list[Work]) -> Finds:
    """Find zips and pictures that are the same to the last byte."""
    finds = {}
    for words, content_of in SAME_FILE:
        holders = defaultdict(list)
        for index, work in enumerate(works):
            if content_of(work):
                holders[content_of(work)].append(index)
        for pair in itertools.chain.from_iterable(itertools.combinations(each, 2) for each in holders.values()):
            finds[pair] = (1.0, words)
    return finds


def similar_pictures(works: list[Work], reported: Finds, failures: Failures) -> Finds:
    """Find pictures of the same strokes, however cut, turned, sized, lit or stored, besides pairs reported already."""
    near = picture_match.alike([work.prepared for work in works], [work.picture for work in works], failures)
    return {(i, j): (1 - difference / 2, SAME_PICTURE) for i, j, difference in near if (i, j) not in reported}


def similar_styles(works: list[Work], reported: Finds) -> Finds:
    """Find styles z that are nearly the same under the same label, besides pairs reported already."""
    indices = [index for index, work in enumerate(works) if work.z is not None]
    if len(indices) < 2:
        return {}
    distances = pdist(np.stack([works[index].z for index in indices]))
    near = ((pair, distance) for pair, distance in zip(itertools.combinations(indices, 2), distances, strict=True)
            if distance < SAME_STYLE)
    return {(i, j): (1 - distance / SAME_STYLE / 2, SIMILAR_STYLE) for (i, j), distance in near
            if (i, j) not in reported and works[i].label == works[j].label}


# ---- what follows from pairs -----------------------------------------------------------------------


def groups(pairs: list[Pair]) -> list[list[str]]:
    """Return lists of keys that are connected by pairs, directly or through others, in the order of the pairs."""
    group_of = {}
    for pair in pairs:
        joined = group_of.get(pair.first, (pair.first,)) + group_of.get(pair.second, (pair.second,))
        joined = tuple(dict.fromkeys(joined))
        group_of |= dict.fromkeys(joined, joined)
    return [list(group) for group in dict.fromkeys(group_of.values())]


def counts(pairs: list[Pair]) -> Counter[str]:
    """Return {key: how many other hand-ins look like it}."""
    return Counter(key for keys in {frozenset((pair.first, pair.second)) for pair in pairs} for key in keys)
