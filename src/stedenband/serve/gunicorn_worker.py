"""gunicorn's threaded worker, which lets go of the port as soon as it is to end, and answers all with problems."""

import socket
from contextlib import suppress

from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName, ParseException
from gunicorn.http.message import Request
from gunicorn.sock import BaseSocket
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from stedenband.serve.unread import answer_to

OURS = (InvalidResponseHeader, InvalidResponseHeaderName)
"""What gunicorn finds wrong in an answer, not in a request."""


class Worker(ThreadWorker):
    """Closes the port at once, where gunicorn's own keeps it until its last request is done.

    A port that is kept takes callers in whom nobody will serve: they wait, and are cut off at the end. When all have
    closed it, the next caller is refused at once and comes again, or goes elsewhere.
    """

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 (gunicorn's signature)
        """Accept callers, or not; when ending, take in those who wait already and close the port."""
        super().set_accept_enabled(enabled and self.alive)
        if not self.alive:
            for listener in self.sockets:
                self._take_in(listener)
                listener.close()

    def _take_in(self, listener: BaseSocket) -> None:
        """Accept whoever waits, as far as there is room."""
        before = -1
        while before < self.nr_conns < self.worker_connections:
            before = self.nr_conns
            self.accept(listener)

    def handle_error(
        self, req: Request | None, client: socket.socket, addr: tuple[str, int] | None, exc: BaseException
    ) -> None:
        """Answer what cannot be read with a problem document, where gunicorn's own answers with a page of HTML."""
        if not isinstance(exc, ParseException) or isinstance(exc, OURS):
            super().handle_error(req, client, addr, exc)
        else:
            with suppress(OSError):
                write_nonblock(client, answer_to(exc, self.wsgi, addr[0] if addr else ""))
