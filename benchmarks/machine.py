"""What Linux tells about the machine and about a process: C{/proc} and the cores."""

from __future__ import annotations

import os
import platform
import resource
import time
from pathlib import Path

__all__ = ["cores", "cpuSeconds", "describe", "filesystem", "pin", "raiseFileLimit", "residentKiB", "socketCount"]


def cpuSeconds(pid: int) -> float:
    """The CPU time of a process and all its threads, in user and system mode."""
    # What clock_getcpuclockid(3) gives; the 2 is CPUCLOCK_SCHED of Linux, and the third bit would mean a thread.
    return time.clock_gettime(~pid << 3 | 2)


def residentKiB(pid: int) -> int:
    """The memory of a process that is in RAM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def socketCount(pid: int) -> int:
    """How many sockets a process has open."""
    links = Path(f"/proc/{pid}/fd").iterdir()
    return sum(_target(link).startswith("socket:") for link in links)


def cores() -> tuple[int | None, int | None]:
    """
    The core for the server and the one for the load.

    Both are None where processes cannot be pinned, or there is only one core.
    """
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (allowed[0], allowed[1]) if len(allowed) > 1 else (None, None)


def pin(core: int | None) -> None:
    """Keep this process, and those it starts, on one core; None leaves it free."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def raiseFileLimit() -> int:
    """Have as many open files as the system gives; processes started from now on have as many."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def filesystem(folder: Path) -> str:
    """The kind of file system that a folder is on, such as C{ext4} or C{tmpfs}."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    above = {str(path) for path in (folder.resolve(), *folder.resolve().parents)}
    return max((mount for mount in mounts if mount[0] in above), key=lambda mount: len(mount[0]))[1]


def describe() -> dict[str, str]:
    """The machine, for who reads the figures elsewhere."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""  # It was closed meanwhile.
