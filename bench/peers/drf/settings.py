"""Settings of the Django peer, as its deployment checklist and performance guide advise."""

from urllib.parse import parse_qs, urlsplit

from bench.peers import common

_url = urlsplit(common.DATABASE_URL)
DEBUG = False
SECRET_KEY = "of a benchmark"  # noqa: S105 (signs nothing)
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench.peers.drf.urls"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
APPEND_SLASH = False
INSTALLED_APPS = ["rest_framework"]
MIDDLEWARE = ["django.middleware.http.ConditionalGetMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.removeprefix("/"),
        "USER": _url.username,
        "HOST": parse_qs(_url.query).get("host", [""])[0],
        "CONN_MAX_AGE": None,  # persistent connections
        "OPTIONS": {"options": "-c jit=off", "server_side_binding": True},
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bench.peers.drf.access.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["bench.peers.drf.access.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["bench.peers.drf.access.MergePatchParser", "rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
