"""The report of a visit as a document to read and to print: a page of HTML, and the same page as PDF.

It asks nothing of any server and names nobody: of those who took part it says how many, by capacity, of meetings with
which organization. Pictures stand in it, small; other files are named, with their addresses. What the caller may not
see is not in it, as the page is made of the delegation's own document.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import orjson
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from stedenband.core.words import say
from stedenband.delegations.schemas.printing import write_pdf
from stedenband.web.catalogs import SOURCE, translated
from stedenband.web.codelists import labels_of
from stedenband.web.formats.table import HTML, PDF, Representation, Subject
from stedenband.web.pictures import picture
from stedenband.web.security import policy_of

TITLE = say("Report of a visit")
FACTS = {
    "cityLink": say("City link"),
    "originCity": say("Travels"),
    "hostCity": say("Receives"),
    "days": say("Days"),
    "status": say("State"),
    "purpose": say("Purpose"),
    "projects": say("Projects"),
    "participants": say("Who takes part"),
    "estimatedCost": say("Estimated cost"),
}
TOLD = {
    "whatWasDone": say("What was done"),
    "results": say("What came of it"),
    "followUp": say("What follows from it"),
}
PROGRAM = say("Program")
MEETINGS = say("Meetings")
ACTIONS = say("Actions")
DONE = say("done")
JOURNEY = say("Journey")
TOTAL = say("Total")
PICTURES = say("Pictures")
FILES = say("Files")
CANCELLED = say("does not take place")
NO_REPORT = say("There is no report yet.")
EMISSIONS = "kg CO₂e"

NEEDED = (
    *((name, ()) for name in ("title", "status", "cityLink", "originCity", "hostCity", "arrival", "departure")),
    *((name, ()) for name in ("purpose", "projects", "estimatedCost", "travelLegs", "programItems")),
    ("participants", ("capacity",)),
    ("meetings", ("organization", "programItem", "summary")),
    ("followUps", ("action", "city", "dueDate", "done")),
    *((name, ()) for name in ("report", "publishedReport", "documents")),
)
"""The properties of a delegation that the page is made of."""

STYLE = (
    "body{font:11pt/1.45 'DejaVu Sans',sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.6em;line-height:1.2}h2{font-size:1.15em;margin:1.4em 0 .4em}p{white-space:pre-line}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border-bottom:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:break-word}"
    "figure{margin:.5rem 0;break-inside:avoid}img{max-width:100%;max-height:11cm}figcaption{font-size:.9em}"
    ".facts th{width:28%}tr{break-inside:avoid}h2{break-after:avoid}"
    "@page{size:A4;margin:2cm;"
    "@bottom-right{content:counter(page) ' / ' counter(pages);font:9pt 'DejaVu Sans',sans-serif}}"
    "@media print{body{max-width:none;margin:0;padding:0}}"
)
POLICY = policy_of(STYLE, pictures=True)


def write_page(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write the report as a page in the language of the reply."""
    out.writelines(page(orjson.loads(document), subject.language).encode() for document in documents)


def write_print(subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write the same page as PDF; 406 where this server cannot make one."""
    for document in documents:
        write_pdf(page(orjson.loads(document), subject.language), out)


REPORT_PAGE = Representation(HTML, write_page, of="records", needs=NEEDED, spoken=True, policy=POLICY)
REPORT_PRINT = Representation(PDF, write_print, of="records", needs=NEEDED, spoken=True)


def page(visit: Mapping[str, Any], language: str) -> str:
    """Return the page for a delegation, as its document with `NEEDED` has it."""
    write = Writer(language)
    pictures, files = write.attached(visit.get("documents", ()))
    sections = (
        write.table(write.facts(visit), "facts"),
        write.told(visit.get("report") or visit.get("publishedReport")),
        write.section(PROGRAM, write.table(map(write.item, visit.get("programItems", ())))),
        write.section(JOURNEY, write.table(write.journey(visit.get("travelLegs", ())))),
        write.section(MEETINGS, write.table(map(write.meeting, visit.get("meetings", ())))),
        write.section(ACTIONS, write.table(map(write.action, visit.get("followUps", ())))),
        write.section(PICTURES, pictures),
        write.section(FILES, write.table(files)),
    )
    title = escape(visit["title"])
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><p>{write.said(TITLE)}</p><h1>{title}</h1>{''.join(sections)}"
        "</body></html>"
    )


class Writer:
    """Writes the parts of the page in one language."""

    def __init__(self, language: str) -> None:
        """Write in `language`."""
        self.language = language

    def said(self, sentence: str) -> str:
        """Return a sentence in the language."""
        return escape(translated(sentence, self.language))

    def word(self, codes: str, code: str) -> str:
        """Return a code in words."""
        return escape(labels_of(codes)[code][self.language])

    def text(self, texts: Mapping[str, str]) -> str:
        """Return a text in the language, else in English, else in any."""
        own = texts.get(self.language) or texts.get(SOURCE) or next(iter(texts.values()))
        return escape(own)

    def day(self, day: str) -> str:
        """Return a day in words."""
        return format_date(date.fromisoformat(day), "long", locale=self.language)

    def facts(self, visit: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
        """Yield what is known of the visit, by what it is called."""
        persons = Counter(each["capacity"] for each in visit.get("participants", ()))
        cost = visit.get("estimatedCost")
        known = {
            "cityLink": escape(visit.get("cityLink", {}).get("title", "")),
            "originCity": escape(visit.get("originCity", {}).get("title", "")),
            "hostCity": escape(visit.get("hostCity", {}).get("title", "")),
            "days": " – ".join(self.day(visit[name]) for name in ("arrival", "departure") if name in visit),
            "status": self.word("delegationStatuses", visit["status"]),
            "purpose": self.text(visit["purpose"]) if visit.get("purpose") else "",
            "projects": "<br>".join(escape(each["exchangeProject"]["title"]) for each in visit.get("projects", ())),
            "participants": ", ".join(
                f"{self.word('participantCapacities', capacity)}: {count}" for capacity, count in persons.items()
            ),
            "estimatedCost": cost and format_currency(cost["value"], cost["currency"], locale=self.language),
        }
        return ((self.said(FACTS[name]), value) for name, value in known.items() if value)

    def told(self, report: Mapping[str, str] | None) -> str:
        """Return the sections of the report."""
        if not report:
            return f"<p>{self.said(NO_REPORT)}</p>"
        return "".join(self.section(TOLD[name], f"<p>{escape(text)}</p>") for name, text in report.items())

    def item(self, item: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the line of an item of the program: when, in the time zone of its place, what and where."""
        zone = ZoneInfo(item["timezone"])
        begins, ends = (datetime.fromisoformat(item[name]).astimezone(zone) for name in ("start", "end"))
        when = f"{format_datetime(begins, 'd MMM y HH:mm', locale=self.language)}–{ends:%H:%M}"
        what = escape(item["title"]) + (f" ({self.said(CANCELLED)})" if item["cancelled"] else "")
        return when, what, escape(item.get("place", ""))

    def meeting(self, meeting: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the line of a meeting: with which organization, within what, and what was said."""
        names = (meeting.get(name, {}).get("title", "") for name in ("organization", "programItem"))
        return *map(escape, names), escape(meeting.get("summary", ""))

    def action(self, action: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the line of a follow-up action: what, which city does it, by when, and whether it is done."""
        state = self.said(DONE) if action["done"] else ""
        due = self.day(action["dueDate"]) if "dueDate" in action else ""
        return escape(action["action"]), escape(action.get("city", {}).get("title", "")), due, state

    def journey(self, legs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
        """Yield the lines of the legs of the journey, and what they come to."""
        for leg in legs:
            ends = " – ".join(escape(ended(leg, end)) for end in ("from", "to"))
            day = format_date(date.fromisoformat(leg["date"]), "medium", locale=self.language)
            yield day, self.word("travelModes", leg["mode"]), ends, *self.sums((leg,))
        if len(legs) > 1:
            yield self.said(TOTAL), "", "", *self.sums(legs)

    def attached(self, documents: Iterable[Mapping[str, Any]]) -> tuple[str, list[tuple[str, ...]]]:
        """Return the pictures, each with its title, and the lines of the other files."""
        pictures = ""
        files: list[tuple[str, ...]] = []
        for each in documents:
            title = self.text(each["title"])
            shown = picture(each["sha256"], each["mediaType"]) if each["mediaType"].startswith("image/") else None
            if shown is None:
                files.append((title, f'<a href="{escape(each["href"])}">{escape(each["fileName"])}</a>'))
            else:
                pictures += f'<figure><img src="{shown}" alt="{title}"><figcaption>{title}</figcaption></figure>'
        return pictures, files

    def sums(self, legs: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        """Return how far some legs go together, and what they emit."""
        return tuple(  # type: ignore[return-value]
            f"{format_decimal(round(sum(each.get(name, 0) for each in legs)), locale=self.language)} {unit}"
            for name, unit in (("km", "km"), ("kgCo2e", EMISSIONS))
        )

    def section(self, heading: str, content: str) -> str:
        """Return a section with its heading; nothing where it has no content."""
        return f"<section><h2>{self.said(heading)}</h2>{content}</section>" if content else ""

    def table(self, rows: Iterable[tuple[str, ...]], kind: str = "") -> str:
        """Return lines as a table whose first column says what each is of; nothing where there are none."""
        lines = "".join(
            f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
            for first, *others in rows
        )
        return lines and f'<table class="{kind}">{lines}</table>'


def ended(leg: Mapping[str, Any], end: str) -> str:
    """Return what the place is called where a leg begins or ends."""
    return str(leg.get(end, {}).get("name") or leg.get(f"{end}City", {}).get("title", ""))
