"""Render: jinja2 templates, in which everything that is shown goes through `visible` and is escaped."""

import functools
from pathlib import Path

import jinja2

from aecourse.words import Words

from ..text import visible
from . import names

TEMPLATES = Path(__file__).with_name("templates")


@functools.cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates."""
    made = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, finalize=visible,
                              undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["number"] = number
    return made


def number(value: float) -> str:
    """Return points as they are read: 7, 7.5."""
    return f"{value:.6g}"


def render(template: str, language: str, **values) -> bytes:
    """Return a page; t("word", "語") in a template gives the words in the page's language."""
    page = environment().get_template(template).render(
        t=lambda *texts: Words(*texts)[language], language=language, column_name=names.column_name,
        part_name=names.part_name, states=names.STATES, reasons=names.REASONS, **values)
    return page.encode()
