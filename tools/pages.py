"""A lesson as one HTML file that a browser shows without a network: pictures inside, formulas as MathML."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import tinycss2
from jinja2 import FileSystemLoader
from math_core import LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from .live_pages import show_live
from .outputs import as_webp, without_widgets

NO_ALT = 'alt="No description has been provided for this image"'  # what nbconvert writes where a picture has none
NOTEBOOK_LINK = re.compile(r'<a href="([^":#?]+\.(?:ipynb|md))(#[^"]*)?"[^>]*>(.*?)</a>', re.DOTALL)
ICON = re.compile(r"--jp-icon-[\w-]+:\s*url\([^)]*\);")
PNG = re.compile(r"data:image/png;base64,[\w+/=]+")
STYLE = re.compile("(<style[^>]*>)(.*?)(</style>)", re.DOTALL)
FORMULAS = LatexToMathML(continue_on_error=True, fancy_error=False)  # a formula that it cannot read shows as it is


class FormulaRenderer(IPythonRenderer):
    """Markdown as nbconvert renders it, with formulas that the browser itself can draw."""

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return FORMULAS.convert_with_local_state(body, displaystyle=False)

    def block_math(self, body: str) -> str:
        """Return a formula on a line of its own."""
        return f'<span class="formula">{FORMULAS.convert_with_local_state(body, displaystyle=True)}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        """Return a formula that stands between \\begin and \\end."""
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def markdown_to_html(source: str) -> str:
    """Return the HTML of a prose cell."""
    return MarkdownWithMath(renderer=FormulaRenderer(escape=False, embed_images=True)).render(source)


def write_lesson_page(notebook: NotebookNode, path: Path, language: str, title: str = "",
                      links: Sequence[Mapping] = (), pages: Mapping[str, str] | None = None) -> None:
    """Write a notebook as one HTML file, without the Colab cell.

    title: the browser's, the file's name without it. links: what leads on from the page, above and below it, each with
    `address`, `text`, `language` and `relation` (the last two may be ""). pages: {notebook: page}, the links in the
    prose that lead to a page; other links to notebooks and Markdown files become plain text. Pages that the lesson saved and that lie
    beside `path` are shown live. Says so where a picture has no description.
    """
    exporter = HTMLExporter(
        extra_loaders=[FileSystemLoader(Path(__file__).parent)], template_file="lesson_page.html.j2",
        embed_images=True, language_code=language, filters={"markdown2html": markdown_to_html})
    cells = [cell for cell in notebook.cells if "colab" not in cell.metadata.get("tags", [])]
    notebook = nbformat.from_dict({**notebook, "cells": cells})
    notebook.metadata["title"] = title or path.stem
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = show_live(cell, without_widgets(cell.outputs), path.parent, language)
    dark, _, _ = exporter.environment.loader.get_source(exporter.environment, "static/theme-dark.css")
    page, _ = exporter.from_notebook_node(notebook, {"links": list(links), "dark_theme": dark})
    page = STYLE.sub(lambda style: style[1] + used_rules(style[2], page) + style[3], page)
    page = PNG.sub(lambda address: as_webp(address[0]), page)
    page = NOTEBOOK_LINK.sub(lambda link: linked(link[1], link[2] or "", link[3], pages or {}), page)
    if lacking := page.count(NO_ALT):
        print(f"  note: {path.name}: {lacking} pictures have no description (alt)")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def linked(notebook: str, anchor: str, text: str, pages: Mapping[str, str]) -> str:
    """Return a link to a notebook's page, or its text alone where there is no page.

    >>> linked("02_b.ipynb", "#end", "Lesson 2", {"02_b.ipynb": "02_b.html"})
    '<a href="02_b.html#end">Lesson 2</a>'
    """
    return f'<a href="{pages[notebook]}{anchor}">{text}</a>' if notebook in pages else text


def used_rules(css: str, page: str) -> str:
    """Return the rules of a style sheet whose classes a page has, without icons: JupyterLab's own has ten times more.

    >>> used_rules(".a { top: 0 } .a > .b, b { top: 1px }", '<p class="b c">')
    '.a > .b, b { top: 1px }'
    """
    classes = {name for names in re.findall('class="([^"]*)"', page) for name in names.split()}
    rules = tinycss2.parse_stylesheet(ICON.sub("", css), skip_comments=True, skip_whitespace=True)
    return "\n".join(rule.serialize() for rule in rules if rule.type == "at-rule" or rule.type == "qualified-rule" and any(
        classes.issuperset(re.findall(r"\.([a-zA-Z_][\w-]*)", selector))
        for selector in tinycss2.serialize(rule.prelude).split(",")))
