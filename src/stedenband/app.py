"""create_app(): settings in, routes out; the only module that knows every domain."""

from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule

import stedenband.models  # noqa: F401 (the register of processing names all tables)
from stedenband.access import routes as access
from stedenband.access.rules import credential_reader
from stedenband.changes import routes as changes
from stedenband.cities import routes as cities
from stedenband.config import Settings
from stedenband.core import log
from stedenband.core.db import Database
from stedenband.delegations import routes as delegations
from stedenband.documents import routes as documents
from stedenband.insight import routes as insight
from stedenband.people import routes as people
from stedenband.policy import routes as policy
from stedenband.projects import routes as projects
from stedenband.tasks import routes as tasks
from stedenband.transfer import routes as transfer
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
from stedenband.webhooks import routes as webhooks

RESOURCES: tuple[Resource, ...] = (
    *cities.RESOURCES,
    *people.RESOURCES,
    *policy.RESOURCES,
    *projects.RESOURCES,
    *delegations.RESOURCES,
    *documents.RESOURCES,
    *access.RESOURCES,
    *insight.RESOURCES,
    *webhooks.RESOURCES,
)
CODE_LISTS = {
    **cities.CODE_LISTS,
    **people.CODE_LISTS,
    **policy.CODE_LISTS,
    **projects.CODE_LISTS,
    **delegations.CODE_LISTS,
    **documents.CODE_LISTS,
    **access.CODE_LISTS,
    **changes.CODE_LISTS,
    **insight.CODE_LISTS,
    **webhooks.CODE_LISTS,
    **tasks.CODE_LISTS,
}
"""Our enumerations by the name under which refData lists them."""


class Route(Rule):
    """A rule that learns to build its address when that is first asked for: a start makes 200 and asks none."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        """Return what builds an address, made at its first call."""
        build = cache(lambda: super(Route, self)._compile_builder(append_unknown))
        return lambda _, **values: build()(self, **values)


class Application(Flask):
    """Flask that does not ask of a dozen functions, at every request, whether each is a coroutine: none of ours is."""

    url_rule_class = Route

    def ensure_sync(self, func: Any) -> Any:
        """Return the function as it is."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application. No connection is opened before the first request, so it may be made before a fork."""
    settings = settings or Settings.from_environment()
    if not structlog.is_configured():
        log.configure(settings.log_level)
    app = Application("stedenband", static_folder=None)
    app.config.update(
        PUBLIC_URL=settings.public_url,
        MAX_CONTENT_LENGTH=guard.LARGEST_BODY,
        **openapi.configuration(settings.public_url),
    )
    app.url_map.merge_slashes = False
    app.extensions[embedding.REGISTER] = {resource.name: resource for resource in RESOURCES}
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.trusted_proxies, 0, 0, 0, 0)  # type: ignore[method-assign]
    database = Database(settings.database_url or "", size=settings.threads)
    trace.install(app, security.headers(settings.public_url), ("Origin",) if settings.cors_origins else ())
    metrics.install(app, database)
    compression.install(app)
    cors.install(app, settings.cors_origins)
    deprecation.install(app)
    windows = rates.install(app, settings)
    documents.install(app, settings)
    webhooks.install(app, settings)
    tasks.install(app, settings)
    insight.install(app, settings)
    guard.install(app, database, credential_reader(settings.issuer()))
    api, converter = openapi.api_for(app)
    problems.register(app)
    for blueprint in (
        cities.blueprint,
        people.blueprint,
        policy.blueprint,
        projects.blueprint,
        delegations.blueprint,
        *documents.BLUEPRINTS,
        *access.BLUEPRINTS,
        changes.blueprint(RESOURCES),
        insight.blueprint(RESOURCES),
        webhooks.blueprint,
        tasks.blueprint,
        *transfer.blueprints(RESOURCES, CODE_LISTS),
        refdata.blueprint(CODE_LISTS),
        health.blueprint,
    ):
        api.serve(blueprint)
    health.install(app, database, windows)
    openapi.install(app, api, converter)
    documentation.install(app)
    guard.check_routes(app)
    return app
