"""What stands between a run and its processes: whatever ends the run, even SIGKILL, ends them all.

The run starts this file by `python -I -S`, and holds the writing end of a pipe whose reading end is here. It
starts the command it is given as the head of a group of processes, which has all steps and whatever they
start. The pipe ends when the run does, however that comes about: then the whole group is killed, which the
next run takes for what it is. Otherwise it ends as the command ends.
"""

import contextlib
import os
import select
import signal
import sys

KILLED = 128
"""Added to a signal, this is the exit code of what it ended, as shells have it."""


def main() -> int:
    """Watch over a command: `guard.py DESCRIPTOR COMMAND...`; its exit code."""
    lifeline, command = int(sys.argv[1]), sys.argv[2:]
    ended, told = os.pipe()
    for descriptor in (lifeline, told):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.close(lifeline)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.execv(command[0], command)
    # Here too: the group is there before anything can ask for its end.
    with contextlib.suppress(OSError):
        os.setpgid(child, child)
    while True:
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            break
        ready = select.select([lifeline, ended], [], [])[0]
        if lifeline in ready:
            kill(child)
            status = os.waitpid(child, 0)[1]
            break
        os.read(ended, 4096)
    # What the command left at work, as a step's pool of processes.
    kill(child)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else KILLED + os.WTERMSIG(status)


def kill(group: int) -> None:
    """End all processes of a group; one that has none left is no matter."""
    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
