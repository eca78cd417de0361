"""failmx by Testcontainers, in pytest: a container for the tests of this file, which is ready when
/readyz answers.

  docker build -f scripts/Dockerfile -t failmx .      (no image is published; FAILMX_IMAGE: yours)
  pip install pytest testcontainers
  PYTHONPATH=scripts/examples/python python3 -m pytest scripts/examples/ci/testcontainers_test.py

The container has two ports only, so tests have receivers by recipient domain, not by port.
"""

import os
import smtplib
from typing import Iterator

import failmx
import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

SMTP, HTTP = 1025, 8025


@pytest.fixture(scope="module")
def container() -> Iterator[DockerContainer]:
    image = os.environ.get("FAILMX_IMAGE", "failmx")
    made = DockerContainer(image).with_env("FAILMX_SCENARIO", "healthy")
    made.with_exposed_ports(SMTP, HTTP)
    made.waiting_for(HttpWaitStrategy(HTTP, "/readyz").for_status_code(200))
    with made:
        yield made


@pytest.fixture
def mx(container: DockerContainer) -> failmx.Failmx:
    host = container.get_container_host_ip()
    return failmx.Failmx(f"http://{host}:{container.get_exposed_port(HTTP)}")


def test_a_full_mailbox_is_reported(container: DockerContainer, mx: failmx.Failmx) -> None:
    scenario = {"rule": [{"at": "rcpt", "reply": "552 5.2.2 Mailbox full"}]}
    place = container.get_container_host_ip(), container.get_exposed_port(SMTP)
    with mx.receiver(scenario, domains=["full.test"]) as receiver:
        with smtplib.SMTP(*place, timeout=60) as client:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("me@sender.test", ["you@full.test"], "Subject: Hello\n\nHello.\n")
        assert [delivery["state"] for delivery in receiver.deliveries()] == ["rejected"]
