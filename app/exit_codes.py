"""What the process says at its end, so that scripts can go on by it."""

SUCCEEDED = 0
FAILED = 1
INVALID = 2
WAITING = 3
STORAGE = 4
CANCELLED = 130

EXPLAINED = """exit codes:
  0    it succeeded
  1    the run failed, or the doctor found something essential broken
  2    what was asked is not valid: an option, a file, an input, an unknown name
  3    the run waits for a person; it is kept and goes on when somebody decides
  4    the data cannot be used: held by another process, not writable, damaged, or of a newer version
  130  the run was cancelled (the first Ctrl+C or SIGTERM cancels it cleanly)"""
