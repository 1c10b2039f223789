"""Sending with the Enter key."""

ENTER_SENDS = '(event) => { if (!event.shiftKey && !event.isComposing) { event.preventDefault(); emit(); } }'
"""Enter sends, Shift+Enter makes a new line, and Enter that only ends a composed character does neither."""
