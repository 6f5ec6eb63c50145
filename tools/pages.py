"""A lesson as one HTML file that a browser shows without a network: pictures inside, formulas as MathML."""

import re
from pathlib import Path

import nbformat
from jinja2 import DictLoader
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from .outputs import without_widgets

# JupyterLab's page, without the scripts that it would fetch from elsewhere.
PAGE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
{% block data_png scoped %}{% set alt = output | get_metadata('alt', 'image/png') %}
{{ super() | replace('<img ', '<img alt="' ~ alt | escape_html ~ '" ', 1) if alt else super() }}{% endblock %}
{% block html_head_css %}{{ super() }}
<style>
.jp-RenderedSVG img, .jp-RenderedImage img { max-width: 100%; height: auto }
.highlight pre { white-space: pre-wrap; font-family: monospace; font-size: 13px }
</style>{% endblock %}"""


class FormulaRenderer(IPythonRenderer):
    """Markdown as nbconvert renders it, with formulas that the browser itself can draw."""

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return convert(body)

    def block_math(self, body: str) -> str:
        """Return a formula on a line of its own."""
        return convert(body, display="block")


def markdown_to_html(source: str) -> str:
    """Return the HTML of a prose cell."""
    return MarkdownWithMath(renderer=FormulaRenderer(escape=False, embed_images=True)).render(source)


def write_lesson_page(notebook: NotebookNode, path: Path, language: str) -> None:
    """Write a notebook as one HTML file that links to the other lessons' pages, without the Colab cell."""
    exporter = HTMLExporter(
        extra_loaders=[DictLoader({"page.html.j2": PAGE})], template_file="page.html.j2", embed_images=True,
        language_code=language, filters={"markdown2html": markdown_to_html})
    cells = [cell for cell in notebook.cells if "colab" not in cell.metadata.get("tags", [])]
    notebook = nbformat.from_dict({**notebook, "cells": cells})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = without_widgets(cell.outputs)
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem}})
    page = re.sub(r'href="([\w./-]+)\.ipynb"', r'href="\1.html"', page)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
