"""Pictures lose what tells where, when and by whom they were made, and get small ones of themselves."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from stedenband.core.errors import BadRequest
from stedenband.documents.rules import images
from tests.builders import OWN, PICTURE, World, a_picture
from tests.documents.files import about, send

PROFILE = b"an ICC profile of somebody's screen" * 4
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
SECRETS = (b"Francistown, 3rd floor", b"Canon", b"GPS", b"http://ns.adobe.com")


def photo(kind: str, *, turned: bool = False, mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture with all that a telephone writes into it: red on the left, blue on the right."""
    picture = Image.new("RGB", (60, 40), "red")
    picture.paste("blue", (30, 0, 60, 40))
    picture = picture.convert(mode)
    exif = Image.Exif()
    exif[MAKER] = "Canon"
    exif[ORIENTATION] = 6 if turned else 1
    exif.get_ifd(GPS)[1] = "S"
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Comment", "Francistown, 3rd floor")
        options["pnginfo"] = told
    if kind == "JPEG":
        options["comment"] = b"Francistown, 3rd floor"
    if kind in {"JPEG", "WEBP"}:
        options["xmp"] = b"<x:xmpmeta xmlns:x='http://ns.adobe.com'/>"
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, icc_profile=PROFILE, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type", "options"),
    [
        ("JPEG", "image/jpeg", {}),
        ("JPEG", "image/jpeg", {"turned": True}),
        ("JPEG", "image/jpeg", {"mode": "CMYK"}),
        ("PNG", "image/png", {"mode": "RGBA"}),
        ("PNG", "image/png", {"turned": True}),
        ("WEBP", "image/webp", {}),
        ("WEBP", "image/webp", {"lossless": True, "turned": True}),
    ],
)
def test_a_picture_keeps_its_look_and_nothing_else(
    fresh_world: World, kind: str, media_type: str, options: dict[str, Any]
) -> None:
    sent = photo(kind, **options)
    assert b"Canon" in sent
    api = fresh_world.api(OWN)
    document = send(api, about(fresh_world.links["public"]), sent, "photo").json
    assert (document["mediaType"], document["fileName"].partition(".")[0]) == (media_type, "photo")
    kept = api.get(f"{document['href']}/content").data
    assert not [secret for secret in SECRETS if secret in kept]
    assert document["size"] == len(kept)
    with Image.open(io.BytesIO(kept)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.info.get("icc_profile") == PROFILE
        turned = bool(options.get("turned"))
        assert picture.size == ((40, 60) if turned else (60, 40))
        red = picture.convert("RGB").getpixel((5, 5))
        assert isinstance(red, tuple)
        assert red[0] > 200
        assert red[2] < 60
    for size, most in images.SIZES.items():
        small = api.get(f"{document['href']}/thumbnail?size={size}")
        assert (small.status_code, small.content_type) == (200, "image/webp")
        assert "sandbox" in small.headers["Content-Security-Policy"]
        with Image.open(io.BytesIO(small.data)) as picture:
            assert max(picture.size) <= most
        again = api.get(f"{document['href']}/thumbnail?size={size}", headers={"If-None-Match": small.headers["ETag"]})
        assert again.status_code == 304


def strip(path: Path, content: bytes, media_type: str) -> bytes:
    """Return what is kept of a picture."""
    path.write_bytes(content)
    out = io.BytesIO()
    images.strip(path, media_type, out)
    return out.getvalue()


def test_a_picture_with_a_transparent_color_keeps_it(tmp_path: Path) -> None:
    picture = Image.new("P", (4, 4), 0)
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=0)
    with Image.open(io.BytesIO(strip(tmp_path / "file", out.getvalue(), "image/png"))) as kept:
        assert kept.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert images.thumbnail(tmp_path / "file", "image/png", "small").startswith(b"RIFF")


def moving() -> bytes:
    """Return a picture of two."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type", "told"),
    [
        (a_picture(1, 1)[:40], "image/png", "cannot be read"),
        (photo("JPEG")[:500], "image/jpeg", "cannot be read"),
        (PICTURE, "image/jpeg", "cannot be read"),
        (moving(), "image/webp", "not move"),
        (a_picture(1, 1).replace(b"IHDR\x00\x00\x00\x01", b"IHDR\x7f\xff\xff\xff"), "image/png", "cannot be read"),
    ],
)
def test_a_picture_that_is_broken_or_moves_is_refused(
    tmp_path: Path, content: bytes, media_type: str, told: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        strip(tmp_path / "file", content, media_type)
    assert told in refused.value.issues[0].detail


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MOST_PIXELS", 63)
    with pytest.raises(BadRequest) as refused:
        strip(tmp_path / "file", PICTURE, "image/png")
    assert "million pixels" in refused.value.issues[0].detail
