"""A course on autoencoders: the helper package behind the notebooks (nothing heavy is loaded here)."""

__version__ = "0.2.0.dev0"
__all__ = ["__version__", "show_figure", "show_source"]


def __getattr__(name):
    """Give `aecourse.show_source` and `aecourse.show_figure` when a lesson first asks for them."""
    if name in ("show_figure", "show_source"):
        from aecourse import lesson

        return getattr(lesson, name)
    raise AttributeError(f"module 'aecourse' has no attribute {name!r}")
