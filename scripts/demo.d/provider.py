"""Writes the provider of the demo: an nginx configuration and the files it serves, from talk.py.

    provider.py FOLDER
"""

import json
import pathlib
import sys

import talk

CONF = """\
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    server_tokens off;
    keepalive_requests 100000;
    default_type application/json;
    gzip on;
    gzip_types application/json;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    add_header Cache-Control no-store always;
    server {{
        listen {address}:80;
        server_name {host};
        location / {{ return 404; }}
{locations}    }}
}}
"""


def main():
    folder = pathlib.Path(sys.argv[1])
    locations = ""
    for path in sorted({path for _, path in talk.ANSWERS}):
        others = ""
        served = ""
        for (method, its_path), (status, body) in talk.ANSWERS.items():
            if its_path != path:
                continue
            text = "" if body is None else json.dumps(body, separators=(",", ":"))
            if method == "GET":
                file = folder / (path.strip("/").replace("/", "-") + ".json")
                file.write_text(text)
                served = f"            alias {file};\n"
            else:
                others += f"            if ($request_method = {method}) {{ return {status} '{text}'; }}\n"
        locations += f"        location = {path} {{\n{others}{served}        }}\n"
    conf = CONF.format(folder=folder, address=talk.PROVIDER, host=talk.HOST, locations=locations)
    (folder / "nginx.conf").write_text(conf)


if __name__ == "__main__":
    main()
