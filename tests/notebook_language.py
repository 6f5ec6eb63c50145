"""A plugin for pytest: a cell of a Japanese notebook that puts out an English phrase fails (`-p tests.notebook_language`)."""

import pytest
from nbval.plugin import IPyNbCell

from tools.page_language import english_in_outputs


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Look at what a notebook's cell has put out once it has run."""
    result = yield
    if isinstance(item, IPyNbCell) and item.path.parent.name == "ja":
        phrases = english_in_outputs(item.test_outputs)
        assert not phrases, f"a Japanese page speaks English: {phrases}"
    return result
