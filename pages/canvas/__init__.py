"""The canvas: a graph that is looked at and edited, with the state of a run on its nodes."""
