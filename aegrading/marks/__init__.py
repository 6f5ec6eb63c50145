"""Marks: the points of each part, the teacher's marks.csv, and the table grades.csv."""
