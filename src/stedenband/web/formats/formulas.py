"""Formula injection: a text that a spreadsheet would compute gets an apostrophe before it, which reading takes away.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

_COMPUTED = re.compile("'*(?:[\\s\x00-\x1f]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n])")
"""Any apostrophes of its own, white space, and what begins a formula, also in full width; or a tab or line break."""
MARK = "'"


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return MARK + text if not text[:1].isalnum() and _COMPUTED.match(text) else text


def restored(text: str) -> str:
    """Return the text that was defused: of what would be computed without its first apostrophe, that one goes."""
    return text[1:] if text.startswith(MARK) and _COMPUTED.match(text) else text
