"""The report: the class's pages for the teacher, and a page for each student."""
