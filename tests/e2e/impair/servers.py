"""The provider: nginx and haproxy in front of one another, and a gRPC-like server of its own (h2). All of them answer
as plan.py says.

    servers.py FOLDER    writes the configurations and files
"""
import pathlib
import sys

import plan

NGINX = """\
user root;
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    upstream answers {{ server 127.0.0.1:9001; keepalive 32; keepalive_requests 1000000; }}
    server {{
        listen {address}:8081;
        listen {address}:8083 http2;
        location / {{ proxy_pass http://answers; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
    server {{
        listen 127.0.0.1:9000;
        error_page 405 =200 $uri;
        location ~ ^/t/[^/]+/[^/]+/([0-9]+)$ {{ alias {folder}/files/$1; }}
    }}
}}
"""

HAPROXY = """\
global
    maxconn 2000
    nbthread 1
defaults
    mode http
    timeout connect 30s
    timeout client 60s
    timeout server 60s
    option http-keep-alive
    http-reuse always
frontend answers
    bind {address}:8082
    bind 127.0.0.1:9001
    http-request set-var(txn.token) path,field(3,/)
    http-request set-var(txn.status) path,field(4,/)
    http-response set-header content-type application/vnd.%[var(txn.token)]
    http-response set-status 201 if {{ var(txn.status) -m str 201 }}
    http-response set-status 404 if {{ var(txn.status) -m str 404 }}
    http-response set-status 500 if {{ var(txn.status) -m str 500 }}
    default_backend files
backend files
    server files 127.0.0.1:9000
"""


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in ("tmp", "files"):
        (folder / name).mkdir(exist_ok=True)
    for length in plan.lengths(int(sys.argv[2])):
        (folder / "files" / str(length)).write_bytes((b"abcdefghijklmnopqrstuvwxyz\n" * (length // 27 + 1))[:length])
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, address=plan.PROVIDER))
    (folder / "haproxy.cfg").write_text(HAPROXY.format(address=plan.PROVIDER))


if __name__ == "__main__":
    main()
