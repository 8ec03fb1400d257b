"""What the figures were measured on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.database import Register

PACKAGES = (
    "flask",
    "flask-smorest",
    "marshmallow",
    "sqlalchemy",
    "psycopg",
    "gunicorn",
    "gunicorn-h1c",
    "fastapi",
    "pydantic",
    "uvicorn",
    "uvloop",
    "httptools",
    "asyncpg",
    "django",
    "djangorestframework",
)


def processor() -> str:
    """Return the name of the processor."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def cores() -> int:
    """Return how many cores there are."""
    return os.cpu_count() or 1


def busy() -> str:
    """Return the load of the machine before anything was started."""
    return f"{os.getloadavg()[0]:.2f}"


def versions() -> str:
    """Return what was measured against what."""
    return ", ".join(f"{name} {_version(name)}" for name in PACKAGES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def postgres(register: Register) -> str:
    """Return the version of PostgreSQL."""
    return str(register.rows("SHOW server_version")[0][0])
