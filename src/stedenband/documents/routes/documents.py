"""/documents."""

from sqlalchemy import func, select

from stedenband.cities.models import CityLink
from stedenband.core.access import Permission
from stedenband.documents import rules
from stedenband.documents.models import MEDIA_TYPES, SUBJECT_KINDS, Document
from stedenband.documents.schemas import CATEGORY, DocumentSchema
from stedenband.web import fields
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words

DOCUMENTS = Resource(
    name="documents",
    noun="document",
    model=Document,
    schema=DocumentSchema,
    title="label",
    permissions={
        "read": Permission.DOCUMENTS_READ,
        "create": Permission.DOCUMENTS_CREATE,
        "update": Permission.DOCUMENTS_UPDATE,
        "delete": Permission.DOCUMENTS_DELETE,
    },
    filters=(
        by_words("find_documents"),
        Filter(
            "subject",
            fields.Key("The record that it is attached to: its id.", example=fields.EXAMPLE_ID),
            lambda document, keys: document.subject_id == func.any(keys),
            many=True,
        ),
        Filter(
            "subjectType",
            fields.Code("The kind of record that it is attached to.", SUBJECT_KINDS, example="cityLink"),
            lambda document, kinds: document.subject_type == func.any(kinds),
            many=True,
        ),
        Filter(
            "cityLink",
            fields.Key("The link that its subject stands in: its id.", example=fields.EXAMPLE_ID),
            lambda document, keys: document.city_link_id.in_(select(CityLink.id).where(CityLink.id == func.any(keys))),
            many=True,
        ),
        Filter("category", CATEGORY, lambda document, codes: document.category == func.any(codes), many=True),
        Filter(
            "mediaType",
            fields.Code("What it is.", MEDIA_TYPES, example="application/pdf"),
            lambda document, kinds: document.media_type == func.any(kinds),
            many=True,
        ),
        Filter(
            "language",
            fields.LanguageCode("The language that it is in.", example="nl"),
            lambda document, codes: document.language == func.any(codes),
            many=True,
        ),
    ),
    sorts=(
        Sort("title", "title_sort"),
        Sort("size", "size"),
        Sort("createdAt", "created_at"),
        Sort("updatedAt", "updated_at"),
    ),
    default_sort=("title",),
    rules=Rules(None, rules.change_document, rules.delete_document),
)
