"""Outcome: how a notebook ran, and the sentences about it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from aecourse.words import Words

from ..text import one_line
from .limits import Limits


class Outcome(StrEnum):
    """How a run ended: well, with an error in a cell, by one of the limits, by itself; or there was none."""

    RAN = "ran"
    CELL_ERROR = "cell_error"
    TIME = "time"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT = "output"
    STOPPED = "stopped"
    NOT_RUN = "not_run"


@dataclass(frozen=True)
class Run:
    """How a notebook ran, in words, and what the functions that it checked returned.

    seconds: wall time; cell_seconds: of the notebook itself. outputs: {exercise: arrays that its function returned}.
    missing: {exercise: "NotImplementedError", or the error that its function raised}.
    """

    outcome: Outcome
    words: Words
    seconds: float = 0.0
    cell_seconds: float = 0.0
    outputs: dict[str, list[np.ndarray]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


# ---- runs that end from outside, or not at all ---------------------------------------------------


def not_run(reason: Words) -> Run:
    """Return the Run of a notebook that was not run, for a reason."""
    return Run(Outcome.NOT_RUN, Words("The notebook was not run. ", "ノートブックは実行していません。") + reason)


def broken_off() -> Run:
    """Return the Run of a notebook behind which no proper reply came out."""
    return Run(Outcome.STOPPED, Words(
        "The run stopped without a proper result, as if something had broken into it.",
        "正しい結果が得られないまま、実行が止まりました。何かが割り込んだおそれがあります。"))


def over_limit(outcome: Outcome, limits: Limits) -> Run:
    """Return the Run of a notebook that the watchdog ended: for its time, its memory or its processes."""
    return Run(outcome, OVER_LIMIT[outcome].format(**texts_of(limits)))


def without_isolation(run: Run) -> Run:
    """Return a Run whose words say that it had limits only."""
    return replace(run, words=run.words + Words(" It ran without isolation, with limits only.",
                                                "（隔離なし、制限のみで実行しました。）"))


# ---- in words ------------------------------------------------------------------------------------


RAN = Words("The notebook ran from top to bottom.", "ノートブックは最後まで実行されました。")
NO_CELL = Words("The notebook could not be run: {reason}", "ノートブックを実行できませんでした：{reason}")
IN_CELL = {
    Outcome.CELL_ERROR: Words("Code cell {cell} stopped with {reason}",
                              "{cell}番目のコードセルがエラーで止まりました。{reason}"),
    Outcome.MEMORY: Words("Code cell {cell} wanted more memory than the {memory} GB allowed ({reason}).",
                          "{cell}番目のコードセルが、上限の{memory} GBを超えるメモリを要求しました（{reason}）。"),
    Outcome.TIME: Words("Code cell {cell} took too long and was interrupted: a cell may take {cell_seconds} s, the "
                        "notebook {seconds} s.",
                        "{cell}番目のコードセルに時間がかかりすぎたので、中断しました。上限は1セル{cell_seconds}秒、"
                        "全体で{seconds}秒です。"),
    Outcome.OUTPUT: Words("Code cell {cell} put out more than {output} MB and was interrupted.",
                          "{cell}番目のコードセルの出力が{output} MBを超えたので、中断しました。"),
    Outcome.STOPPED: Words("The kernel ended in code cell {cell}, by itself or because the system stopped it.",
                           "{cell}番目のコードセルで、カーネルが終了しました（自分で終了したか、システムに止められました）。"),
}
OVER_LIMIT = {
    Outcome.MEMORY: Words("The notebook used more memory than the {memory} GB allowed and was stopped.",
                          "ノートブックのメモリ使用量が上限の{memory} GBを超えたので、止めました。"),
    Outcome.PROCESSES: Words("The notebook started more than {processes} processes and threads and was stopped.",
                             "ノートブックが{processes}個を超えるプロセスやスレッドを起動したので、止めました。"),
    Outcome.TIME: Words("The notebook did not end within {seconds} s and was stopped.",
                        "ノートブックが{seconds}秒以内に終わらなかったので、止めました。"),
}


def describe(outcome: Outcome, cell: int | None, error: str, text: str, limits: Limits) -> Words:
    """Return the sentence about a run that ended by itself.

    cell: the code cell that the first failure was in, from 1, or None. error, text: the error's class and text there;
    they may be the student's, so they are cut and made visible.
    """
    if outcome is Outcome.RAN:
        return RAN
    if cell is None:
        return NO_CELL.format(reason=one_line(text or error))
    reason = one_line(f"{error}: {text}" if text else error)
    return IN_CELL.get(outcome, IN_CELL[Outcome.STOPPED]).format(cell=cell, reason=reason, **texts_of(limits))


def texts_of(limits):
    """Return the limits as short texts, to be filled into a sentence."""
    return {"seconds": f"{limits.seconds:.0f}", "cell_seconds": f"{limits.cell_seconds:.0f}",
            "memory": f"{limits.memory / 1e9:.2g}", "output": f"{limits.output / 1e6:.0f}",
            "processes": str(limits.processes)}
