"""Self-checks for the exercises: `checks.exercise_2_1(your_function)`; a file for each lesson."""

from .exercise import CheckResult, Exercise
from .lesson_01 import exercise_1_1, exercise_1_2, exercise_1_3
from .lesson_02 import exercise_2_1, exercise_2_2, exercise_2_3
from .lesson_03 import exercise_3_1, exercise_3_2
from .lesson_04 import exercise_4_1, exercise_4_2, exercise_4_3
from .lesson_05 import exercise_5_1, exercise_5_2
from .lesson_06 import exercise_6_1, exercise_6_2, exercise_6_3, exercise_6_4
from .lesson_06_deeper import exercise_6_5, exercise_6_6, exercise_6_7, exercise_6_8, exercise_6_9

__all__ = ["CheckResult", "Exercise", "exercise_1_1", "exercise_1_2", "exercise_1_3", "exercise_2_1", "exercise_2_2",
           "exercise_2_3", "exercise_3_1", "exercise_3_2", "exercise_4_1", "exercise_4_2", "exercise_4_3",
           "exercise_5_1", "exercise_5_2", "exercise_6_1", "exercise_6_2", "exercise_6_3", "exercise_6_4",
           "exercise_6_5", "exercise_6_6", "exercise_6_7", "exercise_6_8", "exercise_6_9", "EXERCISES"]

EXERCISES = {each.name: each for each in list(globals().values()) if isinstance(each, Exercise)}  # "6.1": exercise_6_1
