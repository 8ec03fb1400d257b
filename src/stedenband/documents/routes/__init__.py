"""Documents over HTTP: /documents with their files, /uploads for files in pieces."""

from stedenband.core.access import Permission
from stedenband.documents.models import MEDIA_TYPES, SUBJECT_KINDS
from stedenband.documents.routes.content import link_reader, make_link, read_content, read_thumbnail
from stedenband.documents.routes.documents import DOCUMENTS
from stedenband.documents.routes.receiving import UPLOAD_METADATA, receive_document
from stedenband.documents.routes.shelf import install
from stedenband.documents.routes.uploads import blueprint as uploads
from stedenband.documents.rules.images import SIZES
from stedenband.documents.schemas import DocumentLinkSchema, DocumentSchema, LinkQuery, ThumbnailQuery
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.mount import mount
from stedenband.web.schema import create_schema

__all__ = ["BLUEPRINTS", "CODE_LISTS", "RESOURCES", "install"]

RESOURCES = (DOCUMENTS,)
CODE_LISTS = {"mediaTypes": MEDIA_TYPES, "subjectTypes": SUBJECT_KINDS, "thumbnailSizes": tuple(SIZES)}

blueprint = StrictBlueprint("documents", __name__, url_prefix="/v1", description="Documents")
BLUEPRINTS = (blueprint, uploads)
mount(blueprint, DOCUMENTS)
ONE = f"{DOCUMENTS.path}/<uuid:documentId>"

declare(
    blueprint,
    DOCUMENTS.path,
    "POST",
    "create_document",
    Permission.DOCUMENTS_CREATE,
    receive_document,
    summary="Create a document: its file and what is said of it",
    returns=DocumentSchema,
    facts={
        "streams": True,
        "part": create_schema(DocumentSchema),
        "takes": MEDIA_TYPES,
        "headers": (UPLOAD_METADATA,),
    },
)
declare(
    blueprint,
    f"{ONE}/content",
    "GET",
    "read_document_content",
    Permission.DOCUMENTS_READ,
    read_content,
    summary="Download the file of a document, or a part of it",
    query=LinkQuery,
    facts={"file": MEDIA_TYPES, "linked": link_reader},
)
declare(
    blueprint,
    f"{ONE}/thumbnail",
    "GET",
    "read_document_thumbnail",
    Permission.DOCUMENTS_READ,
    read_thumbnail,
    summary="Download a small picture of a picture",
    query=ThumbnailQuery,
    facts={"file": ("image/webp",), "linked": link_reader},
)
declare(
    blueprint,
    f"{ONE}/link",
    "POST",
    "create_document_link",
    Permission.DOCUMENTS_READ,
    make_link,
    summary="Create a link to the file that works for ten minutes without a key",
    returns=DocumentLinkSchema,
    facts={"status": 200, "safe": True},
)
