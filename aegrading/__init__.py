"""Grading: what a teacher runs on the hand-ins of a class; students' copies of the course come without it."""
