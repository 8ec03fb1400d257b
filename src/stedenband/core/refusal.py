"""What an operator has to put right."""


class Refusal(Exception):
    """The command cannot go on; the message is one sentence that says why and what to do, shown without a traceback."""
