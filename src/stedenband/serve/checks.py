"""What must hold before settings are served."""

from importlib.util import find_spec

from stedenband.config import Settings
from stedenband.core.db import Database, UnsafeDatabaseRole
from stedenband.core.refusal import Refusal
from stedenband.web import telemetry

EXTRAS = {
    "STEDENBAND_REDIS_URL": ("redis", "redis"),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("otel", "opentelemetry.instrumentation.flask"),
}
"""Setting -> the extra that it needs, and a package that comes with it."""


def check_extras(settings: Settings) -> None:
    """Refuse settings for which a package is not installed."""
    is_set = {"STEDENBAND_REDIS_URL": bool(settings.redis_url), "OTEL_EXPORTER_OTLP_ENDPOINT": telemetry.is_wanted()}
    for setting, (extra, package) in EXTRAS.items():
        if is_set[setting] and not installed(package):
            raise Refusal(f"{setting} is set, but what it needs is not installed: pip install 'stedenband[{extra}]'.")


def installed(package: str) -> bool:
    """Tell whether a package, which may lie in another, can be imported."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def verify(api_url: str) -> None:
    """Refuse to serve as a role that the row policies would not bind."""
    database = Database(api_url, size=1)
    try:
        database.verify()
    except UnsafeDatabaseRole as error:
        raise Refusal(str(error)) from error
    finally:
        database.engine.dispose()
