"""Start a program that does not outlive its starter: ``leash.py PARENT SIGNAL UID GID PROGRAM ...``.

Run by path with ``python -I -S``, so it knows the standard library only. The kernel sends SIGNAL to the
program when the thread that started it is gone, kill -9 included. UID and GID (-1: as we are) come first,
since a change of user would clear that request.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:  # pragma: no cover - runs without site-packages, tests see its effect
    parent, signal_number, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        sys.exit(f"The kernel refused to tie {command[0]} to its starter (errno {ctypes.get_errno()}).")
    # The starter may have gone before the request was in force.
    if os.getppid() != parent:
        sys.exit(0)
    try:
        os.execvpe(command[0], command, os.environ)
    except OSError as exc:
        sys.exit(f"{command[0]} cannot be started: {exc.strerror}.")


if __name__ == "__main__":  # pragma: no cover
    main(sys.argv[1:])
