"""Documents, stored files and uploads, as they are stored."""

from stedenband.documents.models.document import MEDIA_TYPES, Document, StoredFile
from stedenband.documents.models.subjects import SUBJECT_KINDS, SUBJECTS, Subject
from stedenband.documents.models.upload import Upload

__all__ = ["MEDIA_TYPES", "SUBJECTS", "SUBJECT_KINDS", "Document", "StoredFile", "Subject", "Upload"]
