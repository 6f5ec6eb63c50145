"""A hand-in examined: its style and digits made again, its exercises judged, its look-alikes found."""
