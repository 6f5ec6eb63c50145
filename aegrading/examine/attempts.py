"""Attempts: a hand-in on which a step of the comparison fails is left out of that step, and the teacher is told so."""

from collections.abc import Callable

from aecourse.words import Words

from ..text import one_line

CONTENT, PICTURE = Words("content", "内容"), Words("picture", "画像")
ANSWERS, CODE = Words("answers", "記述の解答"), Words("code", "コード")
FAILED = Words("The {part} of this hand-in could not be compared with the others as usual ({error}): compare by hand.",
               "この提出物の{part}を、ほかの提出物と通常どおり比べられませんでした（{error}）。手作業で比べてください。")

Failures = dict[int, list[Words]]  # what could not be compared, by the index of the hand-in


def attempt(failures: Failures, index: int, part: Words, function: Callable, *arguments):
    """Return `function(*arguments)`; where it raises, None, and a sentence for the teacher is added to `failures`.

    Whatever a hand-in holds, the comparison of the class goes on without this part of it.

    >>> failures = {}
    >>> attempt(failures, 3, CODE, len, 5) is None, list(failures)
    (True, [3])
    """
    try:
        return function(*arguments)
    except Exception as error:
        reason = one_line(f"{type(error).__name__}: {error}")
        failures.setdefault(index, []).append(FAILED.format(part=part, error=reason))
        return None
