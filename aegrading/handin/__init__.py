"""A hand-in read: which zips there are, what is in one, the fields of its handin.json."""
