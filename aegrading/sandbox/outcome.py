"""Outcome: how a notebook ran, and the sentence about it."""

from dataclasses import dataclass, field

from ..text import one_line
from . import reply


@dataclass(frozen=True)
class Run:
    """How a notebook ran: one of message.OUTCOMES or "not_run", in words, and what its functions returned."""

    outcome: str
    words: dict
    seconds: float = 0.0       # wall time
    cell_seconds: float = 0.0  # of the notebook itself
    outputs: dict = field(default_factory=dict)  # exercise -> list of arrays
    missing: dict = field(default_factory=dict)  # exercise -> "NotImplementedError" or the error


def run_of(content, limits):
    """Return the Run that a message's bytes tell of; one that is not in order is outcome "stopped"."""
    try:
        found = reply.parse(content)
    except reply.BadMessage:
        return Run("stopped", {"en": "The run stopped without a proper result, as if something had broken into it.",
                               "ja": "正しい結果が得られないまま、実行が止まりました。何かが割り込んだおそれがあります。"})
    return Run(found.outcome, words_of(found, limits), 0.0, found.cell_seconds, found.outputs, found.missing)


# ---- in words ------------------------------------------------------------------------------------


def words_of(found, limits):
    """Return what a Message tells as Words; what the student's code said of itself is cut."""
    outcome, cell, name, text = found.outcome, found.cell, found.name, found.text
    if outcome == "ran":
        return {"en": "The notebook ran from top to bottom.", "ja": "ノートブックは最後まで実行されました。"}
    if cell is None:
        return {"en": f"The notebook could not be run: {one_line(text or name)}",
                "ja": f"ノートブックを実行できませんでした：{one_line(text or name)}"}
    reason = one_line(f"{name}: {text}" if text else name)
    return {
        "cell_error": {"en": f"Code cell {cell} stopped with {reason}",
                       "ja": f"{cell}番目のコードセルがエラーで止まりました。{reason}"},
        "memory": {"en": f"Code cell {cell} wanted more memory than the {gigabytes(limits)} GB allowed ({reason}).",
                   "ja": f"{cell}番目のコードセルが、上限の{gigabytes(limits)} GBを超えるメモリを要求しました（{reason}）。"},
        "time": {"en": f"Code cell {cell} took too long and was interrupted: a cell may take "
                       f"{limits.cell_seconds:.0f} s, the notebook {limits.seconds:.0f} s.",
                 "ja": f"{cell}番目のコードセルに時間がかかりすぎたので、中断しました。上限は1セル{limits.cell_seconds:.0f}秒、"
                       f"全体で{limits.seconds:.0f}秒です。"},
        "output": {"en": f"Code cell {cell} put out more than {limits.output / 1e6:.0f} MB and was interrupted.",
                   "ja": f"{cell}番目のコードセルの出力が{limits.output / 1e6:.0f} MBを超えたので、中断しました。"},
    }.get(outcome, {"en": f"The kernel ended in code cell {cell}, by itself or because the system stopped it.",
                    "ja": f"{cell}番目のコードセルで、カーネルが終了しました（自分で終了したか、システムに止められました）。"})


def words_of_excess(trouble, limits):
    """Return Words for a run that the watchdog ended."""
    return {
        "memory": {"en": f"The notebook used more memory than the {gigabytes(limits)} GB allowed and was stopped.",
                   "ja": f"ノートブックのメモリ使用量が上限の{gigabytes(limits)} GBを超えたので、止めました。"},
        "processes": {"en": f"The notebook started more than {limits.processes} processes and threads and was stopped.",
                      "ja": f"ノートブックが{limits.processes}個を超えるプロセスやスレッドを起動したので、止めました。"},
        "time": {"en": f"The notebook did not end within {limits.seconds:.0f} s and was stopped.",
                 "ja": f"ノートブックが{limits.seconds:.0f}秒以内に終わらなかったので、止めました。"},
    }[trouble]


def gigabytes(limits):
    """Return the allowed memory in GB, as short text."""
    return f"{limits.memory / 1e9:.2g}"


def add(words, english, japanese):
    """Return Words with something behind each sentence."""
    return {"en": words["en"] + english, "ja": words["ja"] + japanese}
