"""create_app(): settings in, routes out; the only module that knows every domain."""

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from stedenband.access import routes as access
from stedenband.access.rules import parse_key
from stedenband.changes import routes as changes
from stedenband.cities import routes as cities
from stedenband.config import Settings
from stedenband.core import log
from stedenband.core.db import Database
from stedenband.web import (
    compression,
    cors,
    deprecation,
    documentation,
    guard,
    health,
    metrics,
    openapi,
    problems,
    rates,
    security,
    trace,
)
from stedenband.web.resource import Resource

RESOURCES: tuple[Resource, ...] = (*cities.RESOURCES, *access.RESOURCES)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application. No connection is opened before the first request, so it may be made before a fork."""
    settings = settings or Settings.from_environment()
    if not structlog.is_configured():
        log.configure(settings.log_level)
    app = Flask("stedenband", static_folder=None)
    app.config.update(
        PUBLIC_URL=settings.public_url,
        MAX_CONTENT_LENGTH=guard.LARGEST_BODY,
        **openapi.configuration(settings.public_url),
    )
    app.url_map.merge_slashes = False
    app.wsgi_app = ProxyFix(app.wsgi_app, settings.trusted_proxies, 0, 0, 0, 0)  # type: ignore[method-assign]
    database = Database(settings.database_url or "", size=settings.threads)
    trace.install(app)
    metrics.install(app, database)
    compression.install(app)
    cors.install(app, settings.cors_origins)
    security.install(app)
    deprecation.install(app)
    windows = rates.install(app, settings)
    guard.install(app, database, parse_key)
    api, converter = openapi.api_for(app)
    problems.register(app)
    for blueprint in (cities.blueprint, access.blueprint, changes.blueprint(RESOURCES), health.blueprint):
        api.register_blueprint(blueprint)
    health.install(app, database, windows)
    openapi.install(app, api, converter)
    documentation.install(app)
    guard.check_routes(app)
    return app
