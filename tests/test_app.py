"""The application as a whole."""

from tests.builders import World


def test_addresses_can_be_built_from_its_rules(world: World) -> None:
    rules = world.app.url_map
    lists = next(rule.endpoint for rule in rules.iter_rules() if rule.rule == "/v1/refData/<codeList>")
    addresses = rules.bind("register.example")
    assert addresses.build(lists, {"codeList": "countries"}) == "/v1/refData/countries"
    assert addresses.build(lists, {"codeList": "countries", "lang": "nl"}) == "/v1/refData/countries?lang=nl"
