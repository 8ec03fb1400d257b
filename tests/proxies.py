"""A real nginx in front of a real server."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from tests.processes import gone, program, until
from tests.serving import free_port, listens

SHIPPED = Path(__file__).parent.parent / "deploy/nginx/stedenband.conf.template"

AROUND = Template("""
daemon off;
master_process off;
pid $folder/nginx.pid;
error_log stderr notice;
events { worker_connections 1024; }
http {
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    access_log off;
    $inside
}
""")

ORDINARY = Template("""
    gzip on;
    gzip_proxied any;
    gzip_types application/json;
    server {
        listen 127.0.0.1:$port;
        location / {
            proxy_pass http://127.0.0.1:$api;
            proxy_set_header Accept-Encoding "";
        }
    }
""")
"""One that compresses itself: the API never learns what the caller can read."""


def shipped(port: int, api: int) -> str:
    """Return what deploy/nginx ships, with other addresses: the names of compose's services exist there only."""
    text = SHIPPED.read_text()
    for there, here in (
        ("listen 8080 default_server;", f"listen 127.0.0.1:{port} default_server;"),
        ("set $api http://api:8000;", f"set $api http://127.0.0.1:{api};"),
        ("set_real_ip_from ${STEDENBAND_TRUSTED_PROXY};", "set_real_ip_from 127.0.0.1;"),
        ("access_log /dev/stdout ", "access_log /dev/stderr "),
    ):
        assert text.count(there) == 1, there
        text = text.replace(there, here)
    return text


def ordinary(port: int, api: int) -> str:
    """Return what one writes who has read nginx's handbook."""
    return ORDINARY.substitute(port=port, api=api)


@contextmanager
def nginx(folder: Path, configuration: Callable[[int, int], str], api: int) -> Iterator[int]:
    """Run nginx with this configuration in front of the port `api`; give its own."""
    port = free_port()
    folder.mkdir()
    file = folder / "nginx.conf"
    file.write_text(AROUND.substitute(folder=folder, inside=configuration(port, api)))
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([program("nginx"), "-e", "stderr", "-c", file, "-p", folder], stderr=log)
    try:
        until(lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait()
        assert gone(process.pid)
