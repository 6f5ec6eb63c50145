"""Spoken: which errors of a module have no Words, and which Words do not say the same in both languages."""

import ast
import string
from pathlib import Path

KINDS = {"ValueError", "FileNotFoundError"}


def errors_without_words(path: Path) -> list[str]:
    """Return the raises of a ValueError or FileNotFoundError, as their code, whose sentence is not made of Words.

    Words are the class itself, a constant of the module that holds them, and a function whose annotation promises them.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = {"Words", *(target.id for node in tree.body if isinstance(node, ast.Assign) and "Words" in names(node.value)
                        for target in node.targets if isinstance(target, ast.Name)),
             *(node.name for node in tree.body if isinstance(node, ast.FunctionDef)
               and node.returns is not None and "Words" in names(node.returns))}
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
              and getattr(node.exc.func, "id", "") in KINDS]
    return [ast.unparse(error) for error in raised if not names(*error.args) & words]


def names(*nodes):
    """Return the names that stand anywhere in some code."""
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


def gaps_in_one_language(path: Path) -> list[str]:
    """Return the Words of a module, as their code, whose two texts have different {gaps}."""
    pairs = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words"
             and [type(text) for text in node.args] == [ast.Constant] * 2]
    return [ast.unparse(pair) for pair in pairs if len({gaps(text.value) for text in pair.args}) > 1]


def gaps(text):
    """Return the names of a text's {gaps}."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
