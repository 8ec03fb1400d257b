"""The codes of international standards that input is checked against; their labels come from Unicode's CLDR (Babel)."""

import re
from dataclasses import dataclass
from functools import cached_property

from stedenband.core.words import Said, say


@dataclass(frozen=True)
class Standard:
    """A list of codes: its name under `/refData`, its standard, the form of a code, and what to tell who misses it."""

    name: str
    standard: str
    form: str
    hint: Said
    listed: str

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes, in alphabetical order."""
        return tuple(self.listed.split())

    def formed(self, value: object) -> bool:
        """Tell whether a value has the form of a code, listed or not."""
        return isinstance(value, str) and bool(re.fullmatch(self.form, value, re.ASCII))


COUNTRIES = Standard(
    "countries",
    "ISO 3166-1 alpha-2",
    "[A-Z]{2}",
    say("Give the code of a country: two capital letters, such as BE (see /v1/refData/countries)."),
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """,
)
"""Countries and territories: ISO 3166-1 alpha-2, and XK for Kosovo, which the European Union uses."""

LANGUAGES = Standard(
    "languages",
    "ISO 639-1",
    "[a-z]{2}",
    say("Give the code of a language: two lower-case letters, such as nl (see /v1/refData/languages)."),
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
    jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
    nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """,
)
"""Languages: ISO 639-1."""

CURRENCIES = Standard(
    "currencies",
    "ISO 4217",
    "[A-Z]{3}",
    say("Give the code of a currency: three capital letters, such as EUR (see /v1/refData/currencies)."),
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS
    VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """,
)
"""Currencies in use: ISO 4217, without funds, metals and what was withdrawn by 2026."""
