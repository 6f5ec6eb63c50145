"""Shared answers: answers of two hand-ins in nearly the same words, the course's sentences apart."""

import functools
import itertools
import re
import unicodedata
from collections import defaultdict

import numpy as np
from scipy import sparse

from aecourse.words import Words

from ..text import quoted
from . import lesson_cells
from .attempts import ANSWERS, Failures, attempt

SHORTEST, LONGEST = 40, 2000  # letters and digits that an answer must have; characters of it that are read
SHINGLE = 5                   # letters in a row: two texts are as alike as they share these
SAME_WORDING = 0.65           # of the shingles of both texts together
SENTENCE_END = re.compile("[.!?。．！？]+")
LEAST_QUOTE = 15              # letters of a sentence that can be the course's
SHARED = Words("The answer to {question} is the same in {percent:.0f} % of its wording.",
               "{question}への答えは、表現の{percent:.0f} %が同じです。")


def find(answers: list[dict[str, str]], failures: Failures) -> dict[tuple[int, int], tuple[float, Words]]:
    """Return {(i, j): (share in [0, 1], sentence)}, i < j, of hand-ins whose answers, to whatever questions, are alike.

    answers: {question: text} of each hand-in. The share is that of the shingles which two answers have in common among
    those of both (Jaccard), of the most similar two answers of a pair.
    """
    texts = [(index, question, own) for index, each in enumerate(answers)
             for question, own in attempt(failures, index, ANSWERS, own_shingles, each) or ()]
    found = {}
    for one, other, share in similar_texts([own for _, _, own in texts]):
        (i, question, _), (j, _, _) = texts[one], texts[other]
        if i != j and share >= max(SAME_WORDING, found.get((i, j), (0,))[0]):
            found[i, j] = (share, SHARED.format(question=quoted(question), percent=100 * share))
    return found


def similar_texts(sets: list[set[str]]):
    """Yield (i, j, Jaccard index), i < j, of the sets that have an element in common."""
    if len(sets) < 2:
        return
    column_of = defaultdict(itertools.count().__next__)
    columns = [column_of[shingle] for each in sets for shingle in each]
    sizes = np.array([len(each) for each in sets])
    holds = sparse.csr_array((np.ones(len(columns), np.float32), columns, np.r_[0, np.cumsum(sizes)]))
    common = sparse.triu(holds @ holds.T, 1).tocoo()
    for i, j, count in zip(common.row, common.col, common.data, strict=True):
        yield i, j, float(count / (sizes[i] + sizes[j] - count))


def own_shingles(answers: dict[str, str]) -> list[tuple[str, set[str]]]:
    """Return (question, shingles) of the answers that are long enough in the student's own words."""
    return [(question, shingles(own)) for question, answer in answers.items()
            if len(own := own_letters(answer)) >= SHORTEST]


def own_letters(answer: str) -> str:
    """Return an answer's letters and digits without the sentences that stand in the course."""
    sentences = map(letters, SENTENCE_END.split(answer[:LONGEST]))
    return "".join(sentence for sentence in sentences
                   if len(sentence) < LEAST_QUOTE or sentence not in course_letters())


def letters(text: str) -> str:
    """Return the letters and digits of a text, in one width and case."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def shingles(text: str) -> set[str]:
    """Return all runs of SHINGLE letters in a text."""
    return {text[start:start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}


@functools.cache
def course_letters() -> str:
    """Return the letters and digits of the course's prose, cells parted by a line break."""
    return "\n".join(letters(source) for source in lesson_cells.sources("markdown"))
