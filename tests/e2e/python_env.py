"""Python packages that a test needs and the machine may lack: in a virtual environment of their own
in the cache, made the first time (needs python3-venv and a package index then). Not a test."""

import subprocess
import sys

from cache import made_once


def programs(name, *packages):
    """The folder of programs of the environment `name` ("prometheus-0.21.1"), with its `python`;
    `packages` are pinned: "prometheus_client==0.21.1"."""

    def make(place):
        subprocess.run([sys.executable, "-I", "-m", "venv", place], check=True)
        pip = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)

    return made_once(name, make) / "bin"
