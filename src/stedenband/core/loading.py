"""Code that a process loads once and keeps: none of it is garbage, so nobody need look for some in it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load code in the block, while the collector of garbage rests: it would look through all of it many times."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
