#!/usr/bin/python3
"""New findings reach a web server, in the words of a template, whether it answers well, late, wrongly, or not at all.

usage: webhook.py --specular PROGRAM
"""
import argparse
import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "scripts" / "demo.d"
TEMPLATES = ROOT / "scripts" / "siem" / "webhook"
PROBLEMS = []
SECRET = "Bearer tok-3141592653"


def check(is_so, words):
    if not is_so:
        PROBLEMS.append(words)
        print("FAIL", words)


class Server(http.server.ThreadingHTTPServer):
    """Answers as `answers` says, one after the other, the last one for ever: (status, seconds)."""

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.got, self.lock = list(answers), [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook?key=k-27182818"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            status, seconds = self.server.answers[0]
            if len(self.server.answers) > 1:
                self.server.answers.pop(0)
            self.server.got.append((status, dict(self.headers), body, time.monotonic()))
        time.sleep(seconds)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        pass


def run(program, work, webhooks, *args):
    (work / "url").write_text(webhooks[0].pop("address") + "\n", encoding="utf-8")
    webhooks[0]["url_file"] = str(work / "url")
    (work / "headers").write_text(f"Authorization: {SECRET}\n", encoding="utf-8")
    (work / "specular.yaml").write_text(json.dumps({"webhooks": webhooks}), encoding="utf-8")
    started = time.monotonic()
    done = subprocess.run([program, "replay", "-c", work / "specular.yaml", "--contracts", DEMO / "contracts", "--packs",
                           DEMO / "packs", "--decrypted", "--hmac-key-file", work / "key", "--findings",
                           work / "findings.jsonl", *args, work / "demo.pcap"], capture_output=True, text=True,
                          timeout=120, check=False)
    for secret in (SECRET, "k-27182818"):
        check(secret not in done.stderr, f"a secret is told: {done.stderr}")
    records = [json.loads(line) for line in (work / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    return done, records, time.monotonic() - started


def new(records, severity, owner=None):
    return [record for record in records if record["activity_id"] == 1 and record["severity_id"] >= severity and
            owner in (None, record["unmapped"]["specular"]["api"].get("owner"))]


def good(program, work):
    for form in ("ocsf", "ecs"):
        for template in ("slack.json", "jira.json"):
            server = Server([(200, 0)])
            done, _, _ = run(program, work, [{"address": server.url, "headers_file": str(work / "headers"), "per_minute": 6000,
                                              "template": str(TEMPLATES / template)}], "--format", form)
            check(done.returncode == 0, f"{form} {template}: {done.stderr}")
            check(len(server.got) == 8, f"{form} {template}: {len(server.got)} posts, not 8")
            for _, headers, body, _ in server.got:
                text = json.dumps(json.loads(body))
                check("{{" not in text and "acme" in text + "acme" * ("borealis" in text), f"{template}: {text[:300]}")
                check("pii." in text or "auth." in text or "shadow." in text, f"{template}: no finding is named: {text[:300]}")
                check(headers.get("Authorization") == SECRET and headers["Content-Type"] == "application/json", str(headers))


def chosen(program, work):
    """By severity and owner; the whole record without a template."""
    server, other = Server([(200, 0)]), Server([(200, 0)])
    _, records, _ = run(program, work, [{"address": server.url, "severity_min": 5, "per_minute": 6000},
                                        {"url": other.url, "severity_min": 2, "owner": "nobody", "per_minute": 6000}])
    got = sorted(json.loads(body)["metadata"]["uid"] for _, _, body, _ in server.got)
    check(got == sorted(record["metadata"]["uid"] for record in new(records, 5)) and got, f"posted {len(got)}")
    check(not other.got, "another owner's findings are posted")


def wrong(program, work):
    """500 and 429 are tried again, 400 and a redirect are not; each is counted."""
    server = Server([(500, 0), (429, 0), (200, 0)])
    done, records, _ = run(program, work, [{"address": server.url, "severity_min": 5, "per_minute": 6000}])
    check(len(server.got) == len(new(records, 5)) + 2 and done.returncode == 0, f"{len(server.got)} posts: {done.stderr}")
    check(server.got[1][3] - server.got[0][3] > 0.9, "tried again at once")
    for status in (400, 302):
        server = Server([(status, 0)])
        done, records, _ = run(program, work, [{"address": server.url, "severity_min": 5, "per_minute": 6000}])
        check(len(server.got) == len(new(records, 5)), f"{status}: {len(server.got)} posts")
        check(done.returncode == 1 and f"answers {status}" in done.stderr, f"{status}: {done.stderr}")


def slow_or_away(program, work):
    """The rate holds; nobody there: the findings are all in the file, and what was not posted is counted at the end."""
    server = Server([(200, 0.3)])
    _, records, _ = run(program, work, [{"address": server.url, "severity_min": 5, "per_minute": 120}])
    times = [at for _, _, _, at in server.got]
    check(len(times) == len(new(records, 5)) and min(b - a for a, b in zip(times, times[1:])) > 0.45, f"{times}")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    done, records, took = run(program, work, [{"address": f"http://127.0.0.1:{port}/", "severity_min": 5, "per_minute": 6000}])
    check(len(records) == 19 and done.returncode == 1 and "webhook 1:" in done.stderr, done.stderr)
    check(took < 60, f"the end took {took:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--specular", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        subprocess.run([sys.executable, DEMO / "make_capture.py", work / "demo.pcap"], check=True, timeout=120,
                       stdout=subprocess.DEVNULL, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
        for step in (good, chosen, wrong, slow_or_away):
            step(options.specular, work)
    print(f"{len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


sys.exit(main())
