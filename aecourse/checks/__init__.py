"""Self-checks for the exercises: `checks.exercise_2_1(your_function)`; a file for each lesson."""

from .exercise import CheckResult, Exercise
from .lesson_01 import exercise_1_1, exercise_1_2, exercise_1_3
from .lesson_02 import exercise_2_1, exercise_2_2, exercise_2_3

__all__ = ["CheckResult", "Exercise", "exercise_1_1", "exercise_1_2", "exercise_1_3", "exercise_2_1", "exercise_2_2",
           "exercise_2_3"]
