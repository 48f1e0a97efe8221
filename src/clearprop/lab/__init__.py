"""The lab: a network that is watched while it learns, stepped forwards and back, and asked why."""
