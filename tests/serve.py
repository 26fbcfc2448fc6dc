"""Serves an application until whoever started it is gone: a test run that is killed leaves nothing behind.

python -m tests.serve MODULE:ATTRIBUTE PORT
"""

import os
import sys
import threading

import uvicorn


def _end_with_parent() -> None:
    # The other end of the pipe is closed by the parent's end, whatever its cause.
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    uvicorn.run(sys.argv[1], port=int(sys.argv[2]), log_level="error")
