"""What tests need and the machine may lack (packages of a language, say): made once under ~/.cache,
with the language's own package client, and kept. Not a test."""

import fcntl
import os
import pathlib
import shutil


def made_once(name, make):
    """The folder `name` of the cache; make(folder) fills it the first time. A name holds versions
    ("prometheus-0.21.1"), so another version is another folder. Tests that run at once wait for
    each other."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    place = cache / "failmx" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.with_name(name + ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            make(place)
            (place / "complete").touch()
    return place
