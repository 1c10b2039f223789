"""What runs inside the child, before and around the code: plain standard library, sent as text, never imported here."""
