"""create_app(): settings in, routes out; the only module that knows every domain."""

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from stedenband.access import routes as access
from stedenband.access.rules import credential_reader
from stedenband.changes import routes as changes
from stedenband.cities import routes as cities
from stedenband.config import Settings
from stedenband.core import log
from stedenband.core.db import Database
from stedenband.insight import routes as insight
from stedenband.people import routes as people
from stedenband.web import (
    compression,
    cors,
    deprecation,
    documentation,
    embedding,
    guard,
    health,
    metrics,
    openapi,
    problems,
    rates,
    refdata,
    security,
    trace,
)
from stedenband.web.resource import Resource

RESOURCES: tuple[Resource, ...] = (*cities.RESOURCES, *people.RESOURCES, *access.RESOURCES)
CODE_LISTS = {**cities.CODE_LISTS, **people.CODE_LISTS, **access.CODE_LISTS, **changes.CODE_LISTS}
"""Our enumerations by the name under which refData lists them."""


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
    app.extensions[embedding.REGISTER] = {resource.name: resource for resource in RESOURCES}
    app.wsgi_app = ProxyFix(app.wsgi_app, settings.trusted_proxies, 0, 0, 0, 0)  # type: ignore[method-assign]
    database = Database(settings.database_url or "", size=settings.threads)
    trace.install(app)
    metrics.install(app, database)
    compression.install(app)
    cors.install(app, settings.cors_origins)
    security.install(app)
    deprecation.install(app)
    windows = rates.install(app, settings)
    guard.install(app, database, credential_reader(settings.issuer()))
    api, converter = openapi.api_for(app)
    problems.register(app)
    for blueprint in (
        cities.blueprint,
        people.blueprint,
        *access.BLUEPRINTS,
        changes.blueprint(RESOURCES),
        insight.blueprint(RESOURCES),
        refdata.blueprint(CODE_LISTS),
        health.blueprint,
    ):
        api.register_blueprint(blueprint)
    health.install(app, database, windows)
    openapi.install(app, api, converter)
    documentation.install(app)
    guard.check_routes(app)
    return app
