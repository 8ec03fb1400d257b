import socket

from _typeshed.wsgi import WSGIApplication
from gunicorn.http.message import Request
from gunicorn.sock import BaseSocket

class ThreadWorker:
    alive: bool
    nr_conns: int
    pid: int
    sockets: list[BaseSocket]
    worker_connections: int
    wsgi: WSGIApplication

    def accept(self, listener: BaseSocket) -> None: ...
    def set_accept_enabled(self, enabled: bool) -> None: ...
    def handle_error(
        self, req: Request | None, client: socket.socket, addr: tuple[str, int] | None, exc: BaseException
    ) -> None: ...
