"""A token at the door of the real server: the issuer is asked by its workers, after they were forked."""

import json
import urllib.request
from pathlib import Path

from tests.access.issuers import Issuer, settings_for
from tests.builders import World
from tests.serving import refused, serving

OIDC = ("oidc_issuer", "oidc_audience", "oidc_city_claim", "oidc_role_claim", "oidc_cities", "oidc_roles")


def test_a_served_installation_takes_tokens(folder: Path, world: World, own_issuer: Issuer) -> None:
    chosen = settings_for(world, own_issuer.address)
    settings = {f"STEDENBAND_{name.upper()}": getattr(chosen, name) for name in OIDC}
    with serving(folder / "var", STEDENBAND_DATABASE_URL=world.database.api_url, **settings) as server:
        assert server.status() == 200
        assert own_issuer.asked() == 0
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}/v1/me")
        request.add_header("Authorization", f"Bearer {own_issuer.token(groups=['a' * 40] * 40)}")
        with urllib.request.urlopen(request) as reply:  # noqa: S310 (our own server)
            assert json.loads(reply.read())["role"] == "coordinator"
        assert own_issuer.asked() == 1


def test_a_wrong_setting_is_one_clear_line_at_the_start(folder: Path) -> None:
    folder.joinpath("var").mkdir()
    said = refused("serve", folder / "var", STEDENBAND_OIDC_ISSUER="http://login.genk.be")
    assert said.startswith("Error: STEDENBAND_OIDC_ISSUER is not an https address")
