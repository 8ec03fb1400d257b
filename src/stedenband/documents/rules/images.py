"""Pictures without what their makers do not know is in them: place, time, camera, comments; and small ones of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any

from PIL import Image, ImageOps

from stedenband.core.errors import Problem
from stedenband.core.words import say
from stedenband.documents.rules.sniffing import refused

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
SIZES = {"small": 256, "large": 1024}
"""Pixels of the longer side of a thumbnail."""
MOST_PIXELS = 50_000_000
"""150 MB while it is open; the pictures of telephones have 12 to 50 million."""
ORIENTATION = 0x0112
UPRIGHT = 1
QUALITY = 92
CODED = re.compile(rb"VP8([L ])")
"""How the pixels of a WebP begin: without loss, or with."""
FAR = 1024 * 1024
"""Bytes within which they do: only colors (ICC) stand before them."""

Image.MAX_IMAGE_PIXELS = None  # the size is looked at here, before anything is unpacked
TURN = BoundedSemaphore(1)
"""One picture at a time in each process."""


def strip(source: Path, media_type: str, target: IO[bytes]) -> None:
    """Write a picture anew: upright, with its colors (ICC), and nothing else; 400 for a broken one."""
    with opened(source, media_type) as picture:
        profile = picture.info.get("icc_profile")
        upright = picture.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT
        shown = picture if upright else ImageOps.exif_transpose(picture)
        kept: dict[Any, Any] = {name: value for name, value in picture.info.items() if name == "transparency"}
        shown.info = kept
        options: dict[str, Any] = {"icc_profile": profile} if profile else {}
        match media_type:
            case "image/jpeg" if shown.format == "JPEG":
                options |= {"quality": "keep"}
            case "image/webp" if _is_lossless(source):
                options |= {"lossless": True}
            case _:
                options |= {"quality": QUALITY}
        shown.save(target, FORMATS[media_type], **options)


def _is_lossless(source: Path) -> bool:
    with source.open("rb") as file:
        found = CODED.search(file.read(FAR))
    return found is not None and found[1] == b"L"


def thumbnail(source: Path, media_type: str, size: str) -> bytes:
    """Return a small picture of a picture, as WebP."""
    with opened(source, media_type) as picture:
        most = SIZES[size]
        picture.thumbnail((most, most))
        clear = "A" in picture.getbands() or "transparency" in picture.info
        small = picture.convert("RGBA" if clear else "RGB")
        out = BytesIO()
        small.save(out, "WEBP", quality=80)
        return out.getvalue()


@contextmanager
def opened(source: Path, media_type: str) -> Iterator[Image.Image]:
    """Give a picture, unpacked, for the time of the block; 400 for one that is too large, moves, or is broken."""
    with TURN:
        try:
            with Image.open(source, formats=(FORMATS[media_type],)) as picture:
                _look(picture)
                picture.load()
                yield picture
        except Problem:
            raise
        except Exception as error:  # whatever a decoder makes of it, the file is at fault
            raise refused(say("The picture cannot be read.")) from error


def _look(picture: Image.Image) -> None:
    """Refuse, before it is unpacked, what is too large or moves; a JPEG may hold smaller ones of itself."""
    if picture.width * picture.height > MOST_PIXELS:
        raise refused(say("Send a picture of at most {most} million pixels.", most=MOST_PIXELS // 1_000_000))
    if picture.format not in {"JPEG", "MPO"} and getattr(picture, "n_frames", 1) > 1:
        raise refused(say("Send a picture that does not move."))
