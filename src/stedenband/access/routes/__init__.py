"""Access over HTTP: clients and their keys, and who the caller is."""

from stedenband.access.routes import clients, me
from stedenband.access.routes.clients import CODE_LISTS, RESOURCES

BLUEPRINTS = (clients.blueprint, me.blueprint)

__all__ = ["BLUEPRINTS", "CODE_LISTS", "RESOURCES"]
