"""What is sent: an event (CloudEvents 1.0), whose signature says that it comes from here (Standard Webhooks 1.0)."""

import hmac
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from random import uniform
from typing import Any
from uuid import UUID

import orjson

from stedenband.core.outbound import Post

PREFIX = "whsec_"
"""How a secret begins, by which libraries know it."""
DELAYS = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""Seconds until each further attempt: 10 attempts within 76 hours."""
CHANGED = "org.stedenband.{resource}.{operation}"
DUE = "org.stedenband.reminders.due"
OVERDUE = "org.stedenband.reminders.overdue"
"""Something is to be done by a day that comes, or that passed."""
TEST = "org.stedenband.webhooks.test"
RESTARTED = "org.stedenband.changes.restarted"
"""The register was restored: what is known of it has to be loaded anew."""


def event(source: str, message: Any) -> bytes:
    """Return the event of a row with id, type, subject, time and data, as `telling` and `reminding` wrote it."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(message.id),
            "source": source,
            "type": message.type,
            "subject": message.subject,
            "time": message.time,
            "datacontenttype": "application/json",
            "data": message.data,
        }
    )


def signed(address: str, secrets: Iterable[bytes], message: UUID, seconds: int, body: bytes) -> Post:
    """Return what is sent `seconds` after 1970, with a signature for each secret that holds."""
    text = f"{message}.{seconds}.".encode() + body
    signatures = (b64encode(hmac.digest(secret, text, sha256)).decode() for secret in secrets)
    headers = {
        "Content-Type": "application/cloudevents+json",
        "User-Agent": "stedenband",
        "webhook-id": str(message),
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
    return Post(address, headers, body)


def shown(secret: bytes) -> str:
    """Return a secret as a receiver keeps it."""
    return PREFIX + b64encode(secret).decode()


def delay(attempts: int) -> float | None:
    """Return for how many seconds to wait after so many attempts, up to a fifth more or less; None: it is given up."""
    return uniform(0.8, 1.2) * DELAYS[attempts - 1] if attempts <= len(DELAYS) else None  # noqa: S311 (jitter)
