"""Child processes that never outlive us."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from multiprocessing.process import BaseProcess

PR_SET_PDEATHSIG = 1
GRACE = 20.0  # seconds a child may take to end what it has in hand


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies, even by SIGKILL (Linux; elsewhere the pipe tells)."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def interrupted_by(child: BaseProcess) -> None:
    """Wait for a child that has said its last word; end it where it does not end itself."""
    child.join(GRACE)
    if child.is_alive():
        child.kill()
        child.join()
