"""A network and mounts of one's own, for tests of what a machine has only once: port 25, the name
server. Not a test.

Everything started inside lives there too; nothing outside sees it. Needs root, and a kernel that
lets it (a container may not): where that is missing, the test is skipped with the reason. Calls
belong to the thread: enter and leave in the same one, with no other running.
"""

import contextlib
import ctypes
import os
import subprocess
import unittest

# Of sched.h: CLONE_NEWNS, CLONE_NEWNET; of sys/mount.h: MS_REC | MS_PRIVATE.
NEW_MOUNTS, NEW_NETWORK = 0x00020000, 0x40000000
PRIVATE_BELOW = 0x4000 | 0x40000
LIBC = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def private_network(name_server=None):
    """Inside: loopback only, every port free. `name_server`: what /etc/resolv.conf says then."""
    with contextlib.ExitStack() as opened:
        outside = [_open(opened, f"/proc/self/ns/{kind}") for kind in ("mnt", "net")]
        root, folder = _open(opened, "/"), _open(opened, ".")
        if LIBC.unshare(NEW_MOUNTS | NEW_NETWORK) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise unittest.SkipTest(f"no network of its own can be had here: {reason}")
        try:
            _keep_mounts_to_oneself(_open(opened, "/"), _open(opened, "."))
            _run("ip", "link", "set", "lo", "up")
            if name_server:
                _say_where_names_are(name_server)
            yield
        finally:
            for descriptor in outside:
                _enter(descriptor)
            _stand_in(root, folder)


def _keep_mounts_to_oneself(root, folder):
    """From the root of all mounts, which in a chroot is another: to enter is to go there."""
    mounts = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(mounts)
        _check(LIBC.mount(b"none", b"/", None, PRIVATE_BELOW, None), "make mounts private")
    finally:
        os.close(mounts)
        _stand_in(root, folder)


def _say_where_names_are(name_server):
    """A file system of its own holds the file: it goes away with the mounts."""
    _run("mount", "-t", "tmpfs", "failmx", "/mnt")
    with open("/mnt/resolv.conf", "w", encoding="ascii") as file:
        file.write(f"nameserver {name_server}\n")
    _run("mount", "--bind", "/mnt/resolv.conf", os.path.realpath("/etc/resolv.conf"))


def _enter(namespace):
    _check(LIBC.setns(namespace, 0), "enter a namespace")


def _stand_in(root, folder):
    os.fchdir(root)
    os.chroot(".")
    os.fchdir(folder)


def _open(opened, path):
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    opened.callback(os.close, descriptor)
    return descriptor


def _check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"cannot {what}")


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.returncode} {done.stderr}")
