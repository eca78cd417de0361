"""failmx in pytest: copy this file and failmx.py into the folder of your tests.

A test that asks for `receiver` gets one of its own, for the scenario that its marker names; one
failmx serves them all (see failmx.py), so tests run in parallel, also under pytest-xdist.
"""

import failmx
import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "scenario(name or dict): what the test's receiver does")


@pytest.fixture(scope="session")
def mx():
    with failmx.running() as running:
        yield running


@pytest.fixture
def receiver(mx, request):
    marker = request.node.get_closest_marker("scenario")
    with mx.receiver(marker.args[0] if marker else "healthy") as made:
        yield made
