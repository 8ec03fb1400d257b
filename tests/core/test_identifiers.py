"""What is an IATI organisation identifier, asked of the rule itself."""

import pytest

from stedenband.core.identifiers import valid_iati_identifier


@pytest.mark.parametrize(
    ("identifier", "valid"),
    [
        ("BE-BCE_KBO-0207201797", True),
        ("BE-BCE_KBO-0207201796", False),
        ("XM-DAC-10", True),
        ("NO-SUCH_AGENCY-1", False),
        ("BE-BCE_KBO-02 07", False),
        ("BE-BCE_KBO-02/07", False),
        ("", False),
    ],
)
def test_an_identifier_names_an_agency_and_a_number_there(identifier: str, valid: bool) -> None:
    assert valid_iati_identifier(identifier) is valid
