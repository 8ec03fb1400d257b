"""The forms of the codes of the sustainable development goals (United Nations, 2015)."""

SDG_GOAL = "code ~ '^([1-9]|1[0-7])$'"
SDG_TARGET = "code ~ '^([1-9]|1[0-7])[.]([1-9][0-9]?|[a-d])$'"
