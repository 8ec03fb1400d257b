"""What a declaration of a resource gives, and what happens to two writers of one record."""

import threading
from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from flask_smorest import Api

from stedenband.cities.routes import CITY_LINKS
from stedenband.web.declare import StrictBlueprint
from stedenband.web.mount import mount
from stedenband.web.openapi import configuration
from stedenband.web.resource import Rules
from tests.builders import OWN, World
from tests.processes import until

WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = 'stedenband_api' AND wait_event_type = 'Lock'"
)


def test_a_resource_without_rules_can_only_be_read() -> None:
    app = Flask("bare")
    app.config.update(configuration("http://127.0.0.1"))
    blueprint = StrictBlueprint("bare", __name__)
    mount(blueprint, replace(CITY_LINKS, rules=Rules()))
    Api(app).register_blueprint(blueprint)
    methods = {method for rule in app.url_map.iter_rules("bare.list_city_links") for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS"}
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("bare.")}
    assert endpoints == {"bare.list_city_links", "bare.read_city_link"}


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_of_two_writers_at_once_the_second_is_told_to_read_again(fresh_world: World, method: str) -> None:
    link = fresh_world.links["link"]
    statuses = []

    def write() -> None:
        sent = {"json": {"title": "Second"}} if method == "PATCH" else {}
        headers = {"If-Match": "*"}
        statuses.append(fresh_world.api(OWN).call(method, f"/v1/cityLinks/{link}", headers=headers, **sent).status_code)

    with (
        psycopg.connect(fresh_world.database.superuser_url, autocommit=True) as watcher,
        psycopg.connect(fresh_world.database.owner_url) as first,
    ):
        first.execute("UPDATE city_link SET title = 'First', version = version + 1 WHERE id = %s", [link])
        second = threading.Thread(target=write)
        second.start()
        until(lambda: watcher.execute(WAITING).fetchone() == (1,))
        first.commit()
        second.join()
    assert statuses == [412]
    assert fresh_world.api(OWN).get(f"/v1/cityLinks/{link}").json["title"] == "First"
