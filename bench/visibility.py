"""(j): the same list of links for the same caller, where 1 %, 50 % or 100 % of the rows are visible, and without policies.

Each is a copy of the register in which only the visibility of links and agreements differs. In `open` the tables have no row
policies at all: what the policies cost is measured against it.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.database import Register, copied
from bench.load import Run, load
from bench.measure import WARM, Found, Say, middle
from bench.servers import OURS, Server, serving

PAGE = 50
SHARES = {"j100": 100, "j50": 50, "j1": 1}
OPEN = "jopen"
TABLES = (
    "partner_city",
    "partner_city_language",
    "city_link",
    "city_link_member",
    "city_link_theme",
    "city_link_move",
    "city_link_merge",
    "agreement",
)


def page(_server: Server, _register: Register) -> list[str]:
    """Return the first page of links."""
    return [f"/v1/cityLinks?pageSize={PAGE}"]


def statements(share: int) -> tuple[str, ...]:
    """Return what makes `share` percent of the links public and the others private to their owners."""
    visible = f"CASE WHEN abs(hashtext(id::text)) % 100 < {share} THEN 'public' ELSE 'city' END"
    return (
        "ALTER TABLE city_link DISABLE TRIGGER USER",
        "ALTER TABLE agreement DISABLE TRIGGER USER",
        f"UPDATE city_link SET visibility = {visible}",
        (
            "UPDATE agreement a SET visibility = l.visibility FROM city_link l WHERE l.id = a.city_link_id"
            " AND a.visibility <> l.visibility"
        ),
        "ALTER TABLE city_link ENABLE TRIGGER USER",
        "ALTER TABLE agreement ENABLE TRIGGER USER",
        "VACUUM FULL city_link, agreement",
        "VACUUM (ANALYZE) city_link, agreement",
    )


@contextmanager
def copies(register: Register, logs: Path) -> Iterator[dict[str, tuple[Server, Register]]]:
    """Make the copies and serve each; nobody may use the register meanwhile."""
    with ExitStack() as stack:
        made = {letter: copied(register, letter, *statements(share)) for letter, share in SHARES.items()}
        without = [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in TABLES]
        made[OPEN] = copied(register, OPEN, *statements(100), *without)
        yield {letter: (stack.enter_context(serving(OURS, copy, logs)), copy) for letter, copy in made.items()}


def measured(copies: Mapping[str, tuple[Server, Register]], seconds: int, times: int, say: Say) -> Found:
    """Load the copies in turn, in alternating order, and return the medians."""
    samples: dict[str, list[Run]] = {letter: [] for letter in copies}
    for server, register in copies.values():
        load(server, register.server.pid, page(server, register), WARM)
    for turn in range(times):
        for letter in copies if turn % 2 == 0 else reversed(copies):
            server, register = copies[letter]
            samples[letter].append(load(server, register.server.pid, page(server, register), seconds))
    found = {letter: {OURS.name: middle(each)} for letter, each in samples.items()}
    say("(j) " + ", ".join(f"{letter} {each[OURS.name].cpu:.2f} ms" for letter, each in found.items()))
    return found
