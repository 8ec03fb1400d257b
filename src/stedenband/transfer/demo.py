"""The demo data: the Belgian twinning register, the example of Genk and Francistown, and keys for four callers.

The facts of the example are public (domain description of the project); days and months of its agreements are assumed,
and whatever is not public is marked as demo.
"""

import json
import os
from datetime import date
from importlib import resources
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stedenband.access.models import ApiClient
from stedenband.access.rules import issue_key
from stedenband.cities.models import Agreement, AgreementTheme, CityLink, CityLinkMember, CityLinkTheme, PartnerCity
from stedenband.core.address import owner_session
from stedenband.documents.rules import Store
from stedenband.transfer import demo_delegations, demo_documents, demo_people, demo_projects
from stedenband.transfer.gazetteer import shipped_gazetteer
from stedenband.transfer.twinning.load import compare, write
from stedenband.transfer.twinning.planning import plan
from stedenband.transfer.twinning.rows import read

THEMES = ("climate", "education", "entrepreneurship", "equalOpportunities", "waste", "youth")
ASSUMED = "Demo data: the years are public, day and month are assumed."

CLIENTS = (
    # key in the file, city, role, name
    ("genk", "Genk", "coordinator", "Demo: North-South office of Genk"),
    ("genk-editor", "Genk", "editor", "Demo: editor in Genk"),
    ("francistown", "Francistown", "partner", "Demo: coordinator in Francistown"),
    ("auditor", "Genk", "auditor", "Demo: auditor of Genk"),
)


def load(owner_url: str, keys_file: Path) -> dict[str, str]:
    """Fill an empty register and return the keys by caller; a register that has cities is left as it is.

    The keys are written to `keys_file` (mode 0600) before the data are committed, so that no key is ever lost.
    """
    with owner_session(owner_url) as session:
        if session.scalar(select(func.count()).select_from(PartnerCity)):
            return dict(json.loads(keys_file.read_text())) if keys_file.exists() else {}
        _register(session)
        link = _example(session, _city(session, "Genk"), _city(session, "Francistown"), _city(session, "Cieszyn"))
        demo_documents.fill(session, Store(keys_file.parent / "documents"), link, _city(session, "Genk"))
        keys = {key: _client(session, _city(session, city), role, name) for key, city, role, name in CLIENTS}
        _keep(keys, keys_file)
        session.commit()
    return keys


def _register(session: Session) -> None:
    with resources.as_file(resources.files("stedenband.transfer") / "data" / "belgian-twinnings.tsv") as path:
        reading = read(path)
        write(session, compare(session, plan(reading, shipped_gazetteer(), reading.rows)))


def _city(session: Session, name: str) -> UUID:
    return session.scalars(select(PartnerCity.id).filter_by(name=name).order_by(PartnerCity.id).limit(1)).one()


def _example(session: Session, genk: UUID, francistown: UUID, cieszyn: UUID) -> UUID:
    members = select(CityLinkMember.city_link_id)
    link = session.scalars(
        select(CityLink).where(
            CityLink.id.in_(members.filter_by(partner_city_id=genk)),
            CityLink.id.in_(members.filter_by(partner_city_id=francistown)),
        )
    ).one()
    link.city_id = genk
    link.kind = "cityLink"
    link.start_date = date(2004, 1, 1)
    link.summary = {
        "nl": "Stedenband van Genk en Francistown sinds 2004.",
        "fr": "Jumelage de Genk et Francistown depuis 2004.",
        "en": "City link of Genk and Francistown since 2004.",
    }
    link.internal_note = ASSUMED
    session.add_all(CityLinkTheme(city_link_id=link.id, code=code) for code in THEMES)
    session.flush()
    demo_people.fill(session, link.id, genk, francistown)
    for title, kind, first, last in (
        ("Memorandum of understanding 2004", "memorandumOfUnderstanding", 2004, 2013),
        ("Memorandum of understanding 2014–2019", "renewal", 2014, 2019),
        ("Memorandum of understanding 2020–2025", "renewal", 2020, 2025),
    ):
        agreement = _agreement(link, title, kind, first, last)
        agreement.signed_on = agreement.valid_from
        agreement.visibility = "public"
        session.add(agreement)
    draft = _agreement(link, "Demo: draft renewal 2026–2031", "renewal", 2026, 2031)
    draft.visibility = "link"
    draft.themes = [AgreementTheme(code=code) for code in THEMES]
    session.add(draft)
    demo_projects.fill(session, link.id, genk, francistown)
    demo_delegations.fill(session, link.id, genk, francistown)
    session.add(
        CityLink(
            city_id=genk,
            title="Demo: SDG partnership under study, Genk – Cieszyn",
            kind="sdgPartnership",
            summary={"en": "Demo data: a candidate that only Genk sees."},
            members=[
                CityLinkMember(partner_city_id=genk, role="lead", position=0),
                CityLinkMember(partner_city_id=cieszyn, position=1),
            ],
        )
    )
    session.flush()
    return link.id


def _agreement(link: CityLink, title: str, kind: str, first: int, last: int) -> Agreement:
    return Agreement(
        city_id=link.city_id,
        city_link_id=link.id,
        title=title,
        kind=kind,
        valid_from=date(first, 1, 1),
        valid_to=date(last, 12, 31),
        internal_note=ASSUMED,
    )


def _client(session: Session, city: UUID, role: str, name: str) -> str:
    client = ApiClient(city_id=city, role=role, name=name)
    session.add(client)
    session.flush()
    return issue_key(session, client).key


def _keep(keys: dict[str, str], path: Path) -> None:
    """Write the keys so that only their owner reads them, whole or not at all."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(keys, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
