"""Progress: the one line that says how far a training is; it stays in its place in a notebook, whatever comes below."""

import sys

from tqdm import tqdm

from ..words import Words

SECONDS = 0.5  # between two drawings of the bar
EPOCH, LOSS, STEP = Words("epoch {epoch}/{epochs}", "エポック {epoch}/{epochs}"), Words("loss", "損失"), Words("step", "ステップ")


class Line:
    """A file as tqdm needs it: what is written after the last carriage return replaces the line in the notebook."""

    def __init__(self):
        self.text, self.handle = "", None

    def write(self, text: str) -> None:
        """Keep the line that stands after the last carriage return."""
        self.text = text.rpartition("\r")[2].rstrip() or self.text

    def flush(self) -> None:
        """Show the line: below the cell at first, from then on in the same place."""
        from IPython.display import display
        shown = {"text/plain": self.text}
        if self.handle is None:
            self.handle = display(shown, raw=True, display_id=True)
        else:
            self.handle.update(shown, raw=True)


def in_notebook() -> bool:
    """Tell whether a notebook's kernel runs this, which can replace what it has shown."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel")


def bar_of(steps: int, visible: bool = True) -> tqdm:
    """Return a bar of so many steps, in the page's language; not visible: one that shows nothing.

    >>> bar_of(3, visible=False).total
    3
    """
    return tqdm(total=steps, disable=not visible, file=Line() if in_notebook() else sys.stdout, unit=str(STEP),
                mininterval=SECONDS)
