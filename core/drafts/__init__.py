"""Workflows while they are edited: edits that can be undone, what may be connected, drafts that save themselves."""
