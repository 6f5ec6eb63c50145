"""Originality: pairs of hand-ins that share a file, a hand, a text or code. The teacher decides what a pair means.

Pictures are compared by `likeness`. An answer counts in the student's own words, without the course's sentences; code
counts by the lines that the course's notebooks lack, the less the more people share them. A strength is at least 0.5.
"""

import base64
import functools
import io
import itertools
import json
import re
import tokenize
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.spatial.distance import pdist

from aecourse import paths

from . import picture_match


def work_of(result):
    """Return what is compared of a result."""
    picture, prepared, z = (result["picture"][name] for name in ("thumbnail", "prepared", "z"))
    return Work(
        key=result["key"], student_id=result["student_id"], label=result["label"],
        picture=None if picture is None else base64.b64decode(picture),
        prepared=None if prepared is None else np.array(prepared, np.float32) / 255,
        z=None if z is None else np.array(z, np.float32), answers=result["answers"], cells=result["cells"])

STYLE = 0.2           # distance of two z: hands with the same label lie 3 to 5 apart, MNIST's 1s 0.2 and more
SHORTEST, LONGEST = 40, 2000  # letters and digits that an answer must have; signs of it that are read
SHINGLE = 5           # letters in a row: two texts are as alike as they share these
SAME_WORDS = 0.65     # of the shingles of both texts together
LEAST_TOKENS = 20     # of a cell's own lines: shorter code is alike by nature
SAME_CODE = 40        # tokens that two people alone share; each of ten who share them counts a fifth
MOST_CODE = 200_000   # characters of a student's code that are read
UNTOLD = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
SENTENCE_END, LEAST_QUOTE = re.compile("[.!?。．！？]+"), 15  # letters of a sentence that can be the course's


@dataclass(frozen=True)
class Work:
    """What is compared of one hand-in; picture: its bytes, prepared `[28, 28]` in [0, 1], z `[16]`, each or None."""

    key: str
    student_id: str
    label: int | None
    picture: bytes | None
    prepared: np.ndarray | None
    z: np.ndarray | None
    answers: dict = field(default_factory=dict)
    cells: list = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """Two hand-ins (their keys) that share something; reason: "same file", "picture", "style", "answer" or "code"."""

    first: str
    second: str
    reason: str
    strength: float
    words: dict


def compare(works, known=None):
    """Return the pairs of works that are alike, the strongest first; two works may be a pair for several reasons.

    known: the code lines that count for nobody, by default those of the course's notebooks (`known_cells`).
    """
    same = same_files(works)
    drawn = same | pictures(works, same)
    found = [*drawn.items(), *styles(works, drawn).items(), *answers(works).items(),
             *code(works, known_cells() if known is None else known).items()]
    whole = {(i, j) for i, j in same if zip_of(works[i]) == zip_of(works[j])}  # then all the rest is the same too
    pairs = [Pair(works[i].key, works[j].key, reason, min(1.0, float(strength)), words)
             for (i, j), (reason, strength, words) in found if (i, j) not in whole or reason == "same file"]
    return sorted(pairs, key=lambda pair: -pair.strength)


def groups(pairs):
    """Return lists of keys that are connected by pairs, directly or through others, in the order of the pairs."""
    group_of = {}
    for pair in pairs:
        joined = group_of.get(pair.first, (pair.first,)) + group_of.get(pair.second, (pair.second,))
        joined = tuple(dict.fromkeys(joined))
        group_of |= dict.fromkeys(joined, joined)
    return [list(group) for group in dict.fromkeys(group_of.values())]


# ---- files, pictures and styles: each returns {(i, j): (reason, strength, words)} -------------------


def zip_of(work):
    """Return the SHA-256 that begins a work's key: the same zip handed in twice has a number behind it."""
    return work.key[:64]


def same_files(works):
    """Find zips and pictures that are the same to the last byte."""
    found = {}
    for what, word, content_of in (("picture", "画像", lambda work: work.picture), ("zip", "zipファイル", zip_of)):
        places = defaultdict(list)
        for place, work in enumerate(works):
            if content_of(work):
                places[content_of(work)].append(place)
        words = {"en": f"The two {what}s are the same file.", "ja": f"2つの{word}は同じファイルです。"}
        for pair in itertools.chain.from_iterable(itertools.combinations(group, 2) for group in places.values()):
            found[pair] = ("same file", 1.0, words)
    return found


def pictures(works, told):
    """Find pictures of the same strokes, however cut, turned, sized, lit or stored, besides those told already."""
    words = {"en": "The two pictures show strokes that lie on each other, apart from crop, size, turn and light.",
             "ja": "2枚の画像の線は、切り抜き方、大きさ、傾き、明るさを除くと、ぴったり重なります。"}
    near = picture_match.alike([work.prepared for work in works], [work.picture for work in works])
    return {(i, j): ("picture", 1 - difference / 2, words) for i, j, difference in near if (i, j) not in told}


def styles(works, told):
    """Find styles z that are nearly the same under the same label, although the pictures were not told of."""
    words = {"en": "The pictures differ, but their styles z are nearly the same.",
             "ja": "画像は違いますが、筆跡を表すzがほとんど同じです。"}
    places = [place for place, work in enumerate(works) if work.z is not None]
    if len(places) < 2:
        return {}
    distances = pdist(np.stack([works[place].z for place in places]))
    near = ((pair, distance) for pair, distance in zip(itertools.combinations(places, 2), distances, strict=True)
            if distance < STYLE)
    return {(i, j): ("style", 1 - distance / STYLE / 2, words) for (i, j), distance in near
            if (i, j) not in told and works[i].label == works[j].label}


# ---- answers -------------------------------------------------------------------------------------


def answers(works):
    """Find answers in nearly the same words, to whatever questions."""
    texts = [(place, question, shingles(own)) for place, work in enumerate(works)
             for question, answer in work.answers.items() if len(own := own_words(answer)) >= SHORTEST]
    if len(texts) < 2:
        return {}
    column = defaultdict(itertools.count().__next__)
    columns = [column[shingle] for _, _, own in texts for shingle in own]
    sizes = np.array([len(own) for _, _, own in texts])
    holds = sparse.csr_array((np.ones(len(columns), np.float32), columns, np.r_[0, np.cumsum(sizes)]))
    shared = sparse.triu(holds @ holds.T, 1).tocoo()
    found = {}
    for one, other, count in zip(shared.row, shared.col, shared.data, strict=True):
        (i, question, _), (j, _, _) = texts[one], texts[other]
        share = count / (sizes[one] + sizes[other] - count)
        if i != j and share >= max(SAME_WORDS, found.get((i, j), ("", 0))[1]):
            found[i, j] = ("answer", share, words_of_answer(question, share))
    return found


def words_of_answer(question, share):
    """Say how much of an answer two works share."""
    name = question if len(question) <= 60 else question[:60] + "…"
    return {"en": f"The answer to '{name}' is the same in {100 * share:.0f} % of its wording.",
            "ja": f"「{name}」への答えは、表現の{100 * share:.0f} %が同じです。"}


def own_words(answer):
    """Return an answer's letters and digits without the sentences that stand in the course."""
    sentences = map(letters, SENTENCE_END.split(answer[:LONGEST]))
    return "".join(words for words in sentences if len(words) < LEAST_QUOTE or words not in course_text())


def letters(text):
    """Return the letters and digits of a text, in one width and case."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def shingles(text):
    """Return the set of all letters in a row that a text holds."""
    return {text[start:start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}


# ---- code ----------------------------------------------------------------------------------------


def code(works, known):
    """Find cells whose own lines are the same; what a third of the class shares, and at least four, does not count."""
    holders = defaultdict(set)
    for place, work in enumerate(works):
        for cell in within(work.cells, MOST_CODE):
            holders[own_lines(cell, known)].add(place)
    shared, cells = defaultdict(float), defaultdict(int)
    for lines, places in holders.items():
        tokens = sum(len(line.split()) for line in lines)
        if tokens >= LEAST_TOKENS and 2 <= len(places) < max(4, len(works) / 3):
            for pair in itertools.combinations(sorted(places), 2):
                shared[pair] += 2 * tokens / len(places)
                cells[pair] += 1
    return {pair: ("code", weight / (weight + SAME_CODE), words_of_code(cells[pair]))
            for pair, weight in shared.items() if weight >= SAME_CODE}


def words_of_code(count):
    """Say how many cells two works share."""
    return {"en": f"Cells with the same code, not the course's and rare in the class: {count}.",
            "ja": f"{count}個のセルに、ほかではあまり見られない同じコードがあります。"}


def within(cells, characters):
    """Return the first cells that hold no more than so many characters together."""
    ends = itertools.accumulate(map(len, cells))
    return [cell for cell, end in zip(cells, ends, strict=True) if end <= characters]


def own_lines(cell, known):
    """Return the lines of a cell that are not among the known ones, as a tuple."""
    return tuple(line for line in lines_of(cell) if line not in known)


@functools.lru_cache(maxsize=10_000)  # most cells are those of the course
def lines_of(cell):
    """Return a cell's statements, one text each, tokens parted by spaces, without comments and lone strings."""
    lines = [[]]
    try:
        for token in tokenize.generate_tokens(io.StringIO(cell).readline):
            if token.type == tokenize.NEWLINE:
                lines.append([])
            elif token.type not in UNTOLD:
                lines[-1].append(token)
    except (tokenize.TokenError, SyntaxError, ValueError):  # half a line, or a shell command: taken word by word
        return tuple(" ".join(text.split()) for text in cell.splitlines() if not text.lstrip().startswith("#"))
    return tuple(" ".join("".join(token.string.split()) for token in line) for line in lines
                 if line and [token.type for token in line] != [tokenize.STRING])


# ---- the course's own ----------------------------------------------------------------------------


@functools.cache
def course_cells():
    """Return `[(kind, source)]` of the cells of the lessons as they are handed out; empty outside of a checkout."""
    root = paths.repository()
    files = sorted((root / "notebooks").rglob("*.ipynb")) if root else []
    return [(cell["cell_type"], "".join(cell["source"])) for file in files
            for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]]


@functools.cache
def known_cells():
    """Return the lines of code of the course's notebooks as a frozenset, each as `lines_of` gives it."""
    return frozenset(line for kind, source in course_cells() if kind == "code" for line in lines_of(source))


@functools.cache
def course_text():
    """Return the letters and digits of the course's prose, cells parted by a line break."""
    return "\n".join(letters(source) for kind, source in course_cells() if kind == "markdown")
