"""Python packages that a test needs and the machine may lack: in a virtual environment of their own
under ~/.cache, made the first time (needs python3-venv and a package index then). Not a test."""

import fcntl
import os
import pathlib
import subprocess
import sys


def programs(name, *packages):
    """The folder of programs of the environment `name` ("prometheus-0.21.1"), with its `python`;
    `packages` are pinned: "prometheus_client==0.21.1". Tests that run at once wait for each other."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    place = cache / "failmx" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.with_name(name + ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            subprocess.run([sys.executable, "-I", "-m", "venv", "--clear", place], check=True)
            pip = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, *packages], check=True)
            (place / "complete").touch()
    return place / "bin"
