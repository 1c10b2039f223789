"""Runs code that nobody has vouched for: one file a level, and the guest's side of the conversation in `guest`."""
