"""Access tokens: which are taken, which are refused, and that nothing but the issuer's own keys decides."""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, generate_key
from joserfc.jws import JWSRegistry

from tests.access.issuers import Issuer, encoded, pieces
from tests.builders import OWN, World
from tests.contracts.test_statements import watched

ME = "/v1/me"
Make = Callable[[Issuer], str]

TAKEN: dict[str, Make] = {
    "RS256": lambda issuer: issuer.token(key="rsa", alg="RS256"),
    "PS256": lambda issuer: issuer.token(key="rsa", alg="PS256"),
    "ES256": lambda issuer: issuer.token(),
    "Ed25519": lambda issuer: issuer.token(key="okp", alg="Ed25519"),
    "EdDSA": lambda issuer: issuer.token(key="okp", alg="EdDSA"),
    "the type in full": lambda issuer: issuer.token({"typ": "application/at+JWT"}),
    "the type of Keycloak": lambda issuer: issuer.token({"typ": "JWT"}, typ="Bearer", nonce="x"),
    "the type of most": lambda issuer: issuer.token({"typ": "JWT"}),
    "several audiences": lambda issuer: issuer.token(aud=["account", "register"]),
    "half a minute after its end": lambda issuer: issuer.token(exp=int(time.time()) - 30),
    "half a minute before its time": lambda issuer: issuer.token(nbf=time.time() + 30, iat=time.time() + 30),
    "an end beyond all time": lambda issuer: issuer.token(exp=10**400),
    "an address of keys, not looked at": lambda issuer: issuer.token({"jku": "https://evil.example/keys"}),
    "much said": lambda issuer: issuer.token(groups=["a" * 40] * 40),
}


def own_key() -> ECKey:
    """Return a key of an attacker."""
    return generate_key("EC", "P-256", {"kid": "ec"})


def forged(issuer: Issuer, header: dict[str, Any], key: ECKey | str | None = None) -> str:
    """Return good claims under a signature of somebody else: with a key of his own, or HS256 with a text."""
    alg = "HS256" if isinstance(key, str) else "ES256"
    text = pieces({"typ": "at+jwt", "alg": alg, "kid": "ec", **header}, json.dumps(issuer.claims()))
    signature = (
        hmac.digest(key.encode(), text.encode(), "sha256")
        if isinstance(key, str)
        else JWSRegistry.algorithms[alg].sign(text.encode(), key or own_key())
    )
    return f"{text}.{encoded(signature)}"


def tampered(issuer: Issuer, **more: Any) -> str:
    """Return a good token whose claims were changed afterwards."""
    header, _, signature = issuer.token().split(".")
    return f"{header}.{encoded(json.dumps(issuer.claims(**more)))}.{signature}"


REFUSED: dict[str, Make] = {
    "another audience": lambda issuer: issuer.token(aud="account"),
    "no audience": lambda issuer: issuer.token(aud=None),
    "an audience that begins like ours": lambda issuer: issuer.token(aud=["register2"]),
    "an audience that is no text": lambda issuer: issuer.token(aud={"register": True}),
    "another issuer": lambda issuer: issuer.token(iss="https://evil.example"),
    "the issuer with a slash": lambda issuer: issuer.token(iss=issuer.address + "/"),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 61),
    "no end": lambda issuer: issuer.token(exp=None),
    "an end that is no number": lambda issuer: issuer.token(exp="tomorrow"),
    "an end of NaN": lambda issuer: issuer.token(exp=float("nan")),
    "not yet valid": lambda issuer: issuer.token(nbf=int(time.time()) + 90),
    "issued in the future": lambda issuer: issuer.token(iat=int(time.time()) + 90),
    "issued never": lambda issuer: issuer.token(iat=None),
    "no subject": lambda issuer: issuer.token(sub=None),
    "an empty subject": lambda issuer: issuer.token(sub=""),
    "a subject that is no text": lambda issuer: issuer.token(sub=7),
    "a subject that cannot be written": lambda issuer: issuer.token(sub="\ud800"),
    "claims that are no object": lambda issuer: issuer.signed("[]"),
    "claims that are no JSON": lambda issuer: issuer.signed("{"),
    "claims that are very deep": lambda issuer: issuer.signed("[" * 1500),
    "alg none": lambda issuer: pieces({"typ": "at+jwt", "alg": "none", "kid": "ec"}, json.dumps(issuer.claims())) + ".",
    "alg none in capitals": lambda issuer: pieces({"typ": "at+jwt", "alg": "NONE"}, json.dumps(issuer.claims())) + ".",
    "no signature": lambda issuer: issuer.token().rpartition(".")[0] + ".",
    "HS256 with the public key": lambda issuer: forged(
        issuer, {"kid": "rsa"}, issuer.said("/public", key="rsa")["pem"]
    ),
    "HS256 with a secret among the keys": lambda issuer: forged(issuer, {"kid": "shared"}, "secret-secret-secret"),
    "the name of another algorithm": lambda issuer: issuer.token({"alg": "RS256"}),
    "an algorithm that is not taken": lambda issuer: issuer.token(key="rsa", alg="RS512"),
    "an algorithm that is no text": lambda issuer: issuer.token({"alg": ["ES256"]}),
    "no algorithm": lambda issuer: issuer.token({"alg": None}),
    "another curve": lambda issuer: issuer.token({"alg": "EdDSA"}, key="ed448", alg="Ed448"),
    "a key that is too short": lambda issuer: issuer.token(key="weak", alg="RS256"),
    "a key for encryption": lambda issuer: issuer.token(key="envelope"),
    "a key for another algorithm": lambda issuer: issuer.token(key="other use"),
    "a key of somebody else": lambda issuer: forged(issuer, {}),
    "a key that it brings along": lambda issuer: forged(
        issuer, {"jwk": (key := own_key()).as_dict(private=False)}, key
    ),
    "an address of keys": lambda issuer: forged(issuer, {"jku": f"{issuer.address}/keys", "kid": "mine"}),
    "an address of a certificate": lambda issuer: forged(issuer, {"x5u": f"{issuer.address}/keys"}),
    "a certificate": lambda issuer: forged(issuer, {"x5c": ["AAAA"]}),
    "a path for a key": lambda issuer: issuer.token({"kid": "../../../../dev/null"}),
    "an address for a key": lambda issuer: issuer.token({"kid": "https://evil.example/keys#ec"}),
    "a query for a key": lambda issuer: issuer.token({"kid": "ec' OR '1'='1"}),
    "an empty name of a key": lambda issuer: issuer.token({"kid": ""}),
    "a name of a key that is no text": lambda issuer: issuer.token({"kid": 1}),
    "no name of a key": lambda issuer: issuer.token({"kid": None}),
    "something critical": lambda issuer: issuer.token({"crit": ["exp"], "exp": 1}),
    "something critical that is nothing": lambda issuer: issuer.token({"crit": [[]]}),
    "a payload that is not encoded": lambda issuer: issuer.token({"crit": ["b64"], "b64": False}),
    "no type": lambda issuer: issuer.token({"typ": None}),
    "another type": lambda issuer: issuer.token({"typ": "logout+jwt"}),
    "a type that is no text": lambda issuer: issuer.token({"typ": []}),
    "an ID token of Keycloak": lambda issuer: issuer.token({"typ": "JWT"}, typ="ID"),
    "an ID token": lambda issuer: issuer.token({"typ": "JWT"}, at_hash="x"),
    "other claims": lambda issuer: tampered(issuer, realm_access={"roles": ["sb-admin"]}),
    "another signature": lambda issuer: issuer.token()[:-8] + "AAAAAAAA",
    "a header that is no JSON": lambda _: encoded("{") + ".e30.AAAA",
    "a header that is no text": lambda _: encoded(b"\xff\xfe\x00") + ".e30.AAAA",
    "a header that is a list": lambda _: pieces(["alg"], "{}") + ".AAAA",
    "a header that is very deep": lambda _: encoded("[" * 2500) + ".e30.AAAA",
    "a header that is very long": lambda issuer: issuer.token({"cty": "a" * 1000}),
    "an encrypted token": lambda _: "a.b.c.d.e",
    "two parts": lambda issuer: issuer.token().rpartition(".")[0],
    "padding": lambda issuer: issuer.token() + "==",
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_token_of_the_issuer_is_taken(open_world: World, issuer: Issuer, name: str) -> None:
    api = open_world.api().as_(TAKEN[name](issuer))
    reply = api.get(ME)
    assert (reply.status_code, reply.json.get("role")) == (200, "coordinator"), reply.json
    assert api.get(f"/v1/cityLinks/{open_world.links['city']}").status_code == 200


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_good_token_is_refused_without_a_connection(open_world: World, issuer: Issuer, name: str) -> None:
    token = REFUSED[name](issuer)
    assert len(token) < 4000
    with watched(open_world) as traffic:
        reply = open_world.api().as_(token).get(ME)
    assert (reply.status_code, reply.json["type"]) == (401, "urn:problem-type:belgif:invalidAccessToken")
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    assert traffic.checkouts == 0


def test_a_token_of_another_issuer_is_refused_and_that_issuer_is_never_asked(
    open_world: World, issuer: Issuer, own_issuer: Issuer
) -> None:
    assert open_world.api().as_(issuer.token()).get(ME).status_code == 200
    for token in (own_issuer.token(), own_issuer.token(iss=issuer.address), own_issuer.token(key="rsa", alg="RS256")):
        reply = open_world.api().as_(token).get(ME)
        assert (reply.status_code, reply.json["type"]) == (401, "urn:problem-type:belgif:invalidAccessToken")
    assert own_issuer.asked() == 0


def test_a_token_is_longer_than_any_header_may_be(open_world: World, issuer: Issuer) -> None:
    assert open_world.api().as_(issuer.token(groups=["a" * 40] * 100)).get(ME).status_code == 431


def test_without_an_issuer_a_token_is_nothing(world: World, issuer: Issuer) -> None:
    with watched(world) as traffic:
        assert world.api().as_(issuer.token()).get(ME).status_code == 401
    assert traffic.checkouts == 0


def test_a_token_costs_one_checkout_whose_one_statement_enters(open_world: World, issuer: Issuer) -> None:
    token = issuer.token()
    with watched(open_world) as traffic:
        assert open_world.api().as_(token).get("/v1/cityLinks").status_code == 200
    assert (traffic.checkouts, len(traffic.statements)) == (1, 1)


@pytest.mark.parametrize(
    "claims",
    [
        {"city": "Atlantis"},
        {"city": None},
        {"city": {"name": "Genk"}},
        {"realm_access": None},
        {"realm_access": "sb-admin"},
        {"realm_access": {"roles": ["offline_access", 7, None]}},
        {"realm_access": {"roles": "SB-ADMIN"}},
    ],
    ids=json.dumps,
)
def test_who_has_no_place_here_is_told_so_without_a_connection(
    open_world: World, issuer: Issuer, claims: dict[str, Any]
) -> None:
    token = issuer.token(**claims)
    with watched(open_world) as traffic:
        reply = open_world.api().as_(token).get("/v1/cityLinks")
    assert (reply.status_code, reply.json["type"]) == (403, "urn:problem-type:belgif:missingPermission")
    assert "administrator" in reply.json["detail"]
    assert traffic.checkouts == 0


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("sb-editor", "editor"),
        (["sb-editor"], "editor"),
        (["sb-partner", "sb-auditor", "sb-coordinator"], "coordinator"),
        (["sb-editor", "sb-admin"], "admin"),
    ],
)
def test_the_first_role_of_the_setting_counts(open_world: World, issuer: Issuer, said: Any, role: str) -> None:
    assert open_world.api().as_(issuer.token(realm_access={"roles": said})).get(ME).json["role"] == role


def test_a_claim_may_be_named_like_an_address(open_world: World, issuer: Issuer) -> None:
    said: dict[str, Any] = {"realm_access.roles": "sb-auditor"}
    token = issuer.token(**said)
    assert open_world.api().as_(token).get(ME).json["role"] == "auditor"


def test_a_city_that_the_register_does_not_have_lets_nobody_in(open_world: World, issuer: Issuer) -> None:
    assert open_world.api().as_(issuer.token(city="nowhere")).get(ME).status_code == 401


def test_keys_go_on_beside_tokens(open_world: World) -> None:
    assert open_world.api(OWN, "editor").get(ME).json["role"] == "editor"
