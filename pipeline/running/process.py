"""Child processes that never outlive us."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from multiprocessing.process import BaseProcess

PR_SET_PDEATHSIG = 1
GRACE = 20.0  # seconds a child may take to end what it has in hand


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies, even by SIGKILL (Linux; elsewhere the pipe tells)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:  # it died while we were being started
        os._exit(1)


def interrupted_by(child: BaseProcess, grace: float = GRACE) -> None:
    """Wait for a child that has said its last word; end it where it does not end itself."""
    child.join(grace)
    if child.is_alive():
        child.kill()
        child.join()
