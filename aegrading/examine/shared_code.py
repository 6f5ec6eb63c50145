"""Shared code: cells of two hand-ins that are the same, the course's own statements apart."""

import functools
import io
import itertools
import tokenize
from collections import defaultdict

from aecourse.words import Words

from . import lesson_cells
from .attempts import CODE, Failures, attempt

LEAST_TOKENS = 20     # of a cell's own statements: shorter code is alike by nature
SAME_CODE = 40        # tokens that two people alone share; each of ten who share them counts a fifth
MOST_CODE = 200_000   # characters of a student's code that are read
MOST_LINES = 30       # of the code that a pair shares, as shown to the teacher
IGNORED = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
SHARED = Words("Cells with the same code, not the course's and rare in the class: {count}.",
               "{count}個のセルに、ほかではあまり見られない同じコードがあります。")


def find(cells: list[list[str]], known: frozenset[str],
         failures: Failures) -> dict[tuple[int, int], tuple[float, Words, tuple[str, ...]]]:
    """Return {(i, j): (strength, sentence, lines)}, i < j, of hand-ins that share cells.

    cells: the code cells of each hand-in. known: the statements that count for nobody, as `statements` gives them.
    Cells are the same when their other statements are. What a third of the class shares, and at least four, does not
    count; the rest counts the less the more share it. strength: from 0.5 to 1. lines: of the shared statements as the
    first one wrote them, in that order, at most MOST_LINES.
    """
    own = [attempt(failures, index, CODE, own_cells, each, known) or {} for index, each in enumerate(cells)]
    found = {}
    for (i, j), weights in rare_cells(own).items():
        weight = sum(weights.values())
        if weight >= SAME_CODE:
            lines = [line for cell, source in own[i].items() if cell in weights for line in source]
            found[i, j] = (weight / (weight + SAME_CODE), SHARED.format(count=len(weights)), tuple(lines[:MOST_LINES]))
    return found


def rare_cells(own: list[dict]) -> dict[tuple[int, int], dict]:
    """Return {(i, j): {cell: weight}} of the cells that two hand-ins share and few others have."""
    holders = defaultdict(list)
    for index, cells in enumerate(own):
        for cell in cells:
            holders[cell].append(index)
    shared = defaultdict(dict)
    for cell, indices in holders.items():
        tokens = sum(len(statement.split()) for statement in cell)
        if tokens >= LEAST_TOKENS and 2 <= len(indices) < max(4, len(own) / 3):
            for pair in itertools.combinations(indices, 2):
                shared[pair][cell] = 2 * tokens / len(indices)
    return shared


def own_cells(cells: list[str], known: frozenset[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return {own statements of a cell: their lines as written} of the first MOST_CODE characters, in their order."""
    own = {}
    for cell, end in zip(cells, itertools.accumulate(map(len, cells)), strict=True):
        if end <= MOST_CODE:
            kept = [(statement, lines) for statement, lines in statements(cell) if statement not in known]
            lines = tuple(line for _, own_lines in kept for line in own_lines)
            own.setdefault(tuple(statement for statement, _ in kept), lines)
    return own


@functools.lru_cache(maxsize=10_000)  # most cells are those of the course
def statements(cell: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a cell's statements, each as (its tokens parted by spaces, its lines as written).

    Comments and lone strings, such as docstrings, are left out. What is no Python, such as a shell command, is taken
    line by line.

    >>> statements("x=1  # one")
    (('x = 1', ('x=1  # one',)),)
    """
    rows = cell.split("\n")
    try:
        found = [(" ".join("".join(token.string.split()) for token in tokens), tokens) for tokens in token_lists(cell)]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return tuple((" ".join(row.split()), (row.rstrip(),)) for row in rows
                     if row.strip() and not row.lstrip().startswith("#"))
    return tuple((text, tuple(row.rstrip() for row in rows[tokens[0].start[0] - 1:tokens[-1].end[0]]))
                 for text, tokens in found)


def token_lists(cell: str) -> list[list[tokenize.TokenInfo]]:
    """Return the tokens of each statement of a cell, without those that do nothing; raises what `tokenize` raises."""
    lists = [[]]
    for token in tokenize.generate_tokens(io.StringIO(cell).readline):
        if token.type == tokenize.NEWLINE:
            lists.append([])
        elif token.type not in IGNORED:
            lists[-1].append(token)
    return [tokens for tokens in lists if tokens and [token.type for token in tokens] != [tokenize.STRING]]


@functools.cache
def known_statements() -> frozenset[str]:
    """Return the statements of the course's notebooks."""
    return frozenset(statement for source in lesson_cells.sources("code") for statement, _ in statements(source))
