"""The rules of documents: what is taken in, where it is kept, who may follow a link to it."""

from stedenband.documents.rules.documents import Shelf, change_document, create_document, delete_document
from stedenband.documents.rules.receive import Received, received
from stedenband.documents.rules.signing import Signer
from stedenband.documents.rules.store import FOLDER, Incoming, Store
from stedenband.documents.rules.uploads import begin_upload, finish_upload, open_upload

__all__ = [
    "FOLDER",
    "Incoming",
    "Received",
    "Shelf",
    "Signer",
    "Store",
    "begin_upload",
    "change_document",
    "create_document",
    "delete_document",
    "finish_upload",
    "open_upload",
    "received",
]
