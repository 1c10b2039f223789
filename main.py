"""`python main.py` is the same as `agent-orchestrator`."""

import sys

from app.cli import main

# Processes that are spawned import this file again, as '__mp_main__': they must not start a second server.
if __name__ == '__main__':
    sys.exit(main())
