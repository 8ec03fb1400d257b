"""The Django peer as a WSGI application."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.drf.settings"
django.setup()
application = WSGIHandler()
