"""Weather: JMA's daily records as a table with a daily index (lesson 01)."""

from .series import load_weather, read_jma, sample_events

__all__ = ["load_weather", "read_jma", "sample_events"]
