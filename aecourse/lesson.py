"""What a lesson's page needs besides its subject: the opening cell, drawings, and source code to read."""

import base64
import inspect
import os
import platform
import re
import sys
import textwrap

from . import paths


def start():
    """Say what this lesson runs on: versions, device, data folder (every lesson's first cell).

    Returns the `torch.device` that `training.fit` will choose: cuda, mps or cpu.
    """
    import torch

    from . import __version__
    from .training import pick_device
    device = pick_device("auto")
    if paths.embedded_only():
        place = "embedded data only (AECOURSE_DATA=embedded)"
    else:
        place = paths.classroom() or paths.data_folder()
    print(f"aecourse {__version__}, Python {platform.python_version()}, torch {torch.__version__}")
    print(f"device: {device}, {os.cpu_count()} CPU cores")
    print(f"data: {place}")
    if "google.colab" in sys.modules and device.type == "cpu":
        print("Colab: for a GPU choose Runtime > Change runtime type > T4 GPU (this restarts the notebook).")
    return device


def show_source(*things):
    """Show the source code of functions or classes, highlighted, as it stands in the package."""
    from IPython.display import Markdown
    return Markdown("\n".join(f"```python\n{textwrap.dedent(inspect.getsource(thing))}```\n" for thing in things))


class Figure:
    """A drawing as a notebook shows it: as an image in HTML, which an untrusted page shows too, and as SVG."""

    def __init__(self, svg):
        self.svg = svg

    def _repr_html_(self):
        title = re.search("<title[^>]*>(.*?)</title>", self.svg, re.DOTALL)[1].strip()
        data = base64.b64encode(self.svg.encode()).decode()
        return f'<img alt="{title}" style="max-width:100%" src="data:image/svg+xml;base64,{data}">'

    def _repr_svg_(self):
        return self.svg


def show_figure(name):
    """Show one of the course's drawings, `figures/<name>.svg`, in JupyterLab, Colab or a repository's page."""
    return Figure(paths.shipped("figures", f"{name}.svg").read_text(encoding="utf-8"))
