"""Tests with the fixtures of conftest.py:

  python3 -m pytest scripts/examples/python/fixture_test.py
"""

import smtplib

import pytest


def send(receiver, recipient):
    """The sender under test."""
    with smtplib.SMTP(receiver.host, receiver.port, timeout=60) as client:
        client.sendmail("me@sender.test", [recipient], "Subject: Hello\n\nHello.\n")


def test_mail_arrives(receiver):
    send(receiver, "you@receiver.test")
    assert receiver.verify("30s")["verdict"] == "pass", receiver.told()


@pytest.mark.scenario({"rule": [{"at": "rcpt", "reply": "550 5.1.1 No such user"}]})
def test_a_refusal_is_reported(receiver):
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(receiver, "nobody@receiver.test")
    assert [delivery["state"] for delivery in receiver.deliveries()] == ["rejected"]
