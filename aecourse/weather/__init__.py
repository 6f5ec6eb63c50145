"""Weather: JMA's daily records as a table with a daily index (lesson 01)."""

from .series import QUALITY, load_weather, read_jma, sample_events

__all__ = ["QUALITY", "load_weather", "read_jma", "sample_events"]
