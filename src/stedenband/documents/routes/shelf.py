"""What the routes need of the installation: the store, how much fits, and who signs links."""

from typing import cast

from flask import Flask, current_app

from stedenband.config import Settings
from stedenband.documents.rules import FOLDER, Shelf, Signer, Store
from stedenband.documents.rules.store import MEBIBYTE
from stedenband.web import pictures

SHELF, SIGNER = "stedenband.documents", "stedenband.signer"


def install(app: Flask, settings: Settings) -> None:
    """Give the application its shelf; nothing is made on the disk before it is needed."""
    store = Store(settings.data / FOLDER)
    app.config["LARGEST_DOCUMENT"] = settings.largest_document
    files = Shelf(store, settings.largest_document * MEBIBYTE, settings.documents_quota)
    app.extensions[SHELF] = files
    pictures.install(app, files.shown)
    app.extensions[SIGNER] = Signer(store, settings.secret)


def shelf() -> Shelf:
    """Return that of this application."""
    return cast("Shelf", current_app.extensions[SHELF])


def signer() -> Signer:
    """Return who signs its links."""
    return cast("Signer", current_app.extensions[SIGNER])
