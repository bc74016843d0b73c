"""Makes the calls of talk.py, once, with real clients; to be run where the provider can be reached.

Fails when an answer has not the status that the provider's table says.
"""

import http.client
import json
import re
import subprocess
import sys
import time

import talk

SECONDS_MAX = 60


def fail(call, words):
    sys.exit(f"demo: {call.tool} {call.method} {call.path}: {words}")


def with_curl(call, header, status):
    for _ in range(call.times):
        run = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "10", "--compressed", "--output", "/dev/null",
             "--write-out", "%{http_code}", "--request", call.method, "--interface", talk.ADDRESSES[call.who],
             "--resolve", f"{talk.HOST}:80:{talk.PROVIDER}", "--header", "Authorization: " + header,
             f"http://{talk.HOST}{call.path}"], capture_output=True, text=True, timeout=SECONDS_MAX)
        if run.stdout != str(status):
            fail(call, f"status {run.stdout} {run.stderr}")


def with_h2load(call, header, _status):
    run = subprocess.run(
        ["h2load", "--h1", "-n", str(call.times), "-c", str(talk.CONNECTIONS), f"--connect-to={talk.PROVIDER}:80",
         "-H", "Authorization: " + header, f"http://{talk.HOST}{call.path}"],
        capture_output=True, text=True, timeout=SECONDS_MAX)
    served = re.search(r"status codes: (\d+) 2xx", run.stdout)
    if served is None or int(served.group(1)) != call.times:
        fail(call, run.stdout + run.stderr)


def with_python(call, header, status):
    connection = http.client.HTTPConnection(talk.PROVIDER, 80, timeout=10,
                                            source_address=(talk.ADDRESSES[call.who], 0))
    headers = {"Host": talk.HOST, "Authorization": header, "Accept": "application/json"}
    body = None
    if call.body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(call.body)
    for _ in range(call.times):
        connection.request(call.method, call.path, body, headers)
        response = connection.getresponse()
        response.read()
        if response.status != status:
            fail(call, f"status {response.status}")
    connection.close()


def main():
    clients = {"curl": with_curl, "h2load": with_h2load, "python": with_python}
    now = time.time()
    for call in talk.CALLS:
        clients[call.tool](call, talk.authorization(call.kind, now), talk.answer_of(call)[0])


if __name__ == "__main__":
    main()
