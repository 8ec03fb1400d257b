"""An OpenID Connect issuer as a process of its own: discovery, keys that rotate, and a signature under anything.

It says its port on stdout and dies with the process that started it.
"""

import json
from collections import Counter
from signal import SIGTERM
from threading import Event
from typing import Any

from joserfc.jwk import Key, generate_key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from stedenband.core.process import die_with_parent

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"
JUNK: list[Any] = [
    "a text",
    {"kty": "AKP", "kid": "of tomorrow", "pub": "AA"},
    {"kty": "oct", "kid": "shared", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ"},
    {"kty": "RSA", "kid": "broken", "n": "AQAB"},
    {"kty": "EC", "kid": "beside the curve", "crv": "P-256", "x": "AQAB", "y": "AQAB"},
    {"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"},
]
"""What may stand among the keys and is no key for us."""


class Issuer:
    """The issuer: what it answers, and how often it was asked for what."""

    def __init__(self) -> None:
        """Make its first keys."""
        make: Any = generate_key
        self.address = ""
        self.asked: Counter[str] = Counter()
        self.ill: dict[str, Any] = {}
        self.released = Event()
        self.serial = 0
        self.keys: dict[str, Key] = {
            kid: make(kind, size, {"kid": kid, **said})
            for kid, kind, size, said in (
                ("rsa", "RSA", 2048, {}),
                ("ec", "EC", "P-256", {"use": "sig", "alg": "ES256"}),
                ("okp", "OKP", "Ed25519", {}),
                ("ed448", "OKP", "Ed448", {}),
                ("weak", "RSA", 1024, {}),
                ("envelope", "EC", "P-256", {"use": "enc"}),
                ("other use", "EC", "P-256", {"alg": "ECDH-ES"}),
            )
        }

    def answer(self, request: Request) -> Any:
        """Return what stands behind a path."""
        said = request.get_json() if request.method == "POST" else {}
        match request.path:
            case path if path == DISCOVERY:
                return {"issuer": self.address, "jwks_uri": self.address + KEYS}
            case path if path == KEYS:
                return {"keys": [*JUNK, *(key.as_dict(private=False) for key in self.keys.values())]}
            case "/public":
                return {"pem": self.keys[said["key"]].as_pem(private=False).decode()}  # type: ignore[union-attr]
            case "/sign":
                model = JWSRegistry.algorithms[said["alg"]]
                return {
                    "signature": urlsafe_b64encode(model.sign(said["input"].encode(), self.keys[said["key"]])).decode()
                }
            case "/rotate":
                self.serial += 1
                kid = f"ec-{self.serial}"
                self.keys = {kid: generate_key("EC", "P-256", {"kid": kid})}
                return {"kid": kid}
            case "/ill":
                self.ill[said["path"]] = said["reply"]
            case "/release":
                self.released.set()
        return {"asked": self.asked[said.get("path", KEYS)]}

    def reply(self, request: Request) -> Response:
        """Answer, the way it was told to where it is ill."""
        self.asked[request.path] += 1
        ill = self.ill.get(request.path)
        if ill == "late":
            self.released.wait()
        elif ill:
            return Response(ill["body"], ill["status"], ill.get("headers"))
        return Response(json.dumps(self.answer(request)), mimetype="application/json")

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Serve one request."""
        return self.reply(Request(environ))(environ, start_response)


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Write nothing."""


if __name__ == "__main__":
    die_with_parent(SIGTERM)
    issuer = Issuer()
    server = make_server("127.0.0.1", 0, issuer, threaded=True, request_handler=_Silent)
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    print(server.server_port, flush=True)  # noqa: T201 (this is how it is found)
    server.serve_forever()
