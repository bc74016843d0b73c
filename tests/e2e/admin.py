"""The admin API from outside: curl and "spec push" against a sensor that replays from an open pipe.

    SPECULAR_BIN=build/release/sensor/specular python3 tests/e2e/admin.py

Needs curl, and nothing else that the demo does not install; no root.
"""

import collections
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "scripts" / "demo.d"
PROGRAM = os.environ.get("SPECULAR_BIN", str(ROOT / "build" / "release" / "sensor" / "specular"))
TOKEN = "an-admin-token-of-some-length"
SECONDS_MAX = 120

SPEC = """openapi: 3.0.3
info: {title: Parcels, version: '%s'}
servers: [{url: 'https://parcels.example.com/v1'}]
paths:
  /parcels:
    get:
      operationId: listParcels
      responses: {'200': {description: ok}}
"""
PARTNER = "partner: nova\nname: Nova\napis:\n  - {spec: parcels.yaml, effective: {from: 2026-01-01, until: 2027-01-01}}\n"


class Sensor:
    """A replay that does not end before its standard input does."""

    def __init__(self, test, listen=None, capture=None, exchanges=None, settings=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="specular-admin."))
        test.addCleanup(shutil.rmtree, self.folder)
        self.contracts = self.folder / "contracts"
        shutil.copytree(DEMO / "contracts", self.contracts)
        if listen is None:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                listen = f"127.0.0.1:{probe.getsockname()[1]}"
        self.listen = listen.replace("FOLDER", str(self.folder))
        (self.folder / "tokens").write_text(f"# who may\nci {TOKEN}\n")
        (self.folder / "specular.yaml").write_text(
            f"admin: {{listen: '{self.listen}', token_file: {self.folder}/tokens}}\nchecksums: ignore\n{settings}")
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [PROGRAM, "replay", "-c", self.folder / "specular.yaml", "--contracts", self.contracts, "--packs",
             DEMO / "packs", "--decrypted", "--site", "e2e", "--workers", "2", "--findings", self.folder / "findings",
             "--health", self.folder / "health", "--exchanges",
             self.folder / "exchanges" if exchanges is None else "-", "-"],
            stdin=subprocess.PIPE, stderr=self.log, stdout=self.log if exchanges is None else subprocess.PIPE,
            env={**os.environ, "XDG_STATE_HOME": str(self.folder / "state")})
        test.addCleanup(self.kill)
        if exchanges is not None:
            self.reader = threading.Thread(target=exchanges, args=(self.process.stdout,))
            self.reader.start()
        self.process.stdin.write(capture.read_bytes())
        self.process.stdin.flush()
        deadline = time.monotonic() + 60
        while b"admin API at" not in (self.folder / "log").read_bytes():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.folder / "log").read_text())
            time.sleep(0.05)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.log.close()

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(SECONDS_MAX)
        return code, (self.folder / "log").read_text()

    @property
    def curl_target(self):
        if self.listen.startswith("unix:"):
            return ["--unix-socket", self.listen[5:]], "http://localhost"
        return [], "http://" + self.listen

    def curl(self, path, *options, token=TOKEN, timeout=60):
        target, url = self.curl_target
        header = [] if token is None else ["-H", f"Authorization: Bearer {token}"]
        run = subprocess.run(["curl", "-s", "--path-as-is", "-m", str(timeout), "-w", "\n%{http_code}", *target, *header,
                              *options, url + path], capture_output=True, timeout=SECONDS_MAX, text=True)
        body, _, code = run.stdout.rpartition("\n")
        return int(code or 0), body

    def put(self, path, text):
        file = self.folder / "upload"
        file.write_text(text)
        return self.curl(path, "-T", str(file))


class Admin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="specular-admin."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.capture = cls.folder / "demo.pcap"
        subprocess.run([sys.executable, "-B", DEMO / "make_capture.py", cls.capture], check=True, capture_output=True)

    def sensor(self, **more):
        return Sensor(self, capture=self.capture, **more)

    def fine(self, answer, *codes):
        self.assertIn(answer[0], codes or (200,), answer[1])
        return answer[1]

    def push(self, sensor, file, partner, *options):
        to = sensor.listen if sensor.listen.startswith("unix:") else "http://" + sensor.listen
        return subprocess.run([PROGRAM, "spec", "push", "--to", to, "--partner", partner, *options, file], text=True,
                              capture_output=True, timeout=SECONDS_MAX, env={**os.environ, "SPECULAR_TOKEN": TOKEN})

    def test_upload_versions_and_roll_back(self):
        sensor = self.sensor()
        self.fine(sensor.put("/v1/partners/nova/specs/parcels.yaml", SPEC % "1"), 201)
        self.fine(sensor.put("/v1/partners/nova", PARTNER), 201)
        second = json.loads(self.fine(sensor.put("/v1/partners/nova/specs/parcels.yaml", SPEC % "2")))
        self.assertEqual(second["version"]["version"], 2)
        self.assertEqual(second["version"]["by"], "ci")
        self.assertEqual(second["version"]["sha256"], hashlib.sha256((SPEC % "2").encode()).hexdigest())
        self.assertEqual((sensor.contracts / "nova" / "parcels.yaml").read_text(), SPEC % "2")

        partners = {one["partner"]: one for one in json.loads(self.fine(sensor.curl("/v1/partners")))["partners"]}
        self.assertIn("nova", partners)
        self.assertEqual(partners["nova"]["apis"][0]["spec_version"], "2")
        self.assertEqual(partners["nova"]["apis"][0]["effective"]["from"], "2026-01-01T00:00:00Z")
        self.assertEqual(self.fine(sensor.curl("/v1/partners/nova")), PARTNER)
        self.assertEqual(self.fine(sensor.curl("/v1/partners/nova/specs/parcels.yaml")), SPEC % "2")
        self.assertEqual(self.fine(sensor.curl("/v1/partners/nova/specs/parcels.yaml?version=1")), SPEC % "1")
        self.fine(sensor.curl("/v1/partners/nova/specs/parcels.yaml?version=9"), 404)

        self.fine(sensor.curl("/v1/partners/nova/specs/parcels.yaml?version=1", "-X", "PUT"))
        self.assertEqual(self.fine(sensor.curl("/v1/partners/nova/specs/parcels.yaml")), SPEC % "1")
        versions = json.loads(self.fine(sensor.curl("/v1/partners/nova/specs/parcels.yaml/versions")))["versions"]
        self.assertEqual([one["version"] for one in versions], [1, 2, 3])
        self.assertEqual(versions[0]["sha256"], versions[2]["sha256"])

        # What lay in the folder before is a version too.
        name = json.loads(self.fine(sensor.curl("/v1/partners")))["partners"][0]["partner"]
        self.assertEqual(json.loads(self.fine(sensor.curl(f"/v1/partners/{name}/versions")))["versions"][0]["by"], "folder")

        self.fine(sensor.curl("/v1/partners/nova", "-X", "DELETE"), 204)
        self.assertFalse((sensor.contracts / "nova" / "parcels.yaml").exists())
        self.fine(sensor.curl("/v1/partners/nova"), 404)
        code, log = sensor.end()
        self.assertEqual(code, 0, log)
        self.assertNotIn(TOKEN, log)

    def test_what_is_broken_is_refused_with_its_lines_and_the_old_one_stays(self):
        sensor = self.sensor()
        self.fine(sensor.put("/v1/partners/nova/specs/parcels.yaml", SPEC % "1"), 201)
        self.fine(sensor.put("/v1/partners/nova", PARTNER), 201)
        for path, text in (("/v1/partners/nova/specs/parcels.yaml", SPEC % "2" + "  bad: [\n"),
                           ("/v1/partners/nova/specs/parcels.yaml", "just: a table\n"),
                           ("/v1/partners/nova", PARTNER.replace("parcels", "missing")),
                           ("/v1/partners/nova", PARTNER.replace("nova", "other")),
                           ("/v1/partners/nova", "partner: [\n")):
            answer = json.loads(self.fine(sensor.put(path, text), 400))
            errors = [one for one in answer["problems"] if one["level"] == "error"]
            self.assertTrue(errors, answer)
            self.assertGreater(errors[0]["line"], 0, answer)
        self.assertEqual((sensor.contracts / "nova" / "parcels.yaml").read_text(), SPEC % "1")
        self.assertEqual((sensor.contracts / "nova" / "nova.yaml").read_text(), PARTNER)
        self.fine(sensor.curl("/v1/partners/nova/specs/parcels.yaml", "-X", "DELETE"), 400)  # the contract names it
        self.assertEqual(sensor.end()[0], 0)

    def test_nobody_without_a_token(self):
        sensor = self.sensor()
        for token in (None, "", "wrong", TOKEN + "x", TOKEN[:-1]):
            for path in ("/healthz", "/metrics", "/v1/partners", "/nothing"):
                self.fine(sensor.curl(path, token=token), 401)
        self.fine(sensor.curl("/v1/partners/nova", "-T", str(self.capture), token="wrong"), 401)
        self.assertEqual(sensor.end()[0], 0)

    def test_names_never_lead_out_of_the_folder(self):
        sensor = self.sensor()
        before = sorted(path for path in sensor.folder.rglob("*") if path.suffix == ".yaml")
        for path in ("/v1/partners/../x", "/v1/partners/..", "/v1/partners/.hidden", "/v1/partners/a%2fb",
                     "/v1/partners/a%00b", "/v1/partners/" + "a" * 65, "/v1/partners/nova/specs/..%2f..%2fx.yaml",
                     "/v1/partners/nova/specs/../x.yaml", "/v1/partners/nova/specs/tiers.yaml",
                     "/v1/partners/nova/specs/x.sh", "/v1/partners/nova/specs/.x.yaml", "/v1/partners//specs/x.yaml",
                     "/v1/partners/nova/specs/a..yaml"):
            self.fine(sensor.put(path, SPEC % "1"), 404, 405)
        self.assertEqual(before, sorted(path for path in sensor.folder.rglob("*") if path.suffix == ".yaml"))
        self.fine(sensor.curl("/v1/inventory", "-X", "DELETE"), 405)
        self.fine(sensor.curl("/v1/partners", "-X", "POST"), 405)
        self.assertEqual(sensor.end()[0], 0)

    def test_too_much_is_refused(self):
        sensor = self.sensor()
        large = sensor.folder / "large"
        with open(large, "wb") as file:
            file.truncate(65 * 2**20)
        self.assertIn(sensor.curl("/v1/partners/nova", "-T", str(large))[0], (413, 0))
        self.assertIn(sensor.curl("/v1/partners/nova", "-T", str(large), "-H", "Transfer-Encoding: chunked")[0], (413,))
        self.fine(sensor.curl("/healthz"))
        self.assertEqual(sensor.end()[0], 0)

    def test_garbage_on_the_socket_is_survived(self):
        sensor = self.sensor()
        host, port = sensor.listen.split(":")
        for text in (b"", b"\0" * 4096, b"GET", b"PUT /v1/partners/nova HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"GET /" + b"a" * 100000, b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with socket.create_connection((host, int(port)), timeout=5) as peer:
                try:  # the sensor may hang up at any point
                    peer.sendall(text)
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(65536):
                        pass
                except OSError:
                    pass
        self.fine(sensor.curl("/healthz"))
        self.assertEqual(sensor.end()[0], 0)

    def wait_for_exchanges(self, sensor):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = self.fine(sensor.curl("/metrics"))
            found = re.search(r"(?m)^specular_records_exchanges_total (\d+)$", text)
            if found and int(found.group(1)) > 100:
                return text
            time.sleep(0.1)
        self.fail("no exchange is told")

    def test_views_hold_what_was_seen(self):
        sensor = self.sensor()
        self.wait_for_exchanges(sensor)
        inventory = json.loads(self.fine(sensor.curl("/v1/inventory")))
        self.assertTrue(inventory["items"])
        for item in inventory["items"]:
            self.assertEqual(item["record"], "inventory")
            self.assertIn(item["exposure"], ("internal", "external", "unknown"))
        findings = json.loads(self.fine(sensor.curl("/v1/findings?limit=2")))
        self.assertEqual(len(findings["items"]), 2)
        self.assertGreater(findings["left_out"], 0)
        self.assertEqual(findings["items"][0]["class_uid"], 2004)
        self.assertEqual(json.loads(self.fine(sensor.curl("/v1/usage")))["items"][0]["record"], "usage")
        self.assertTrue(json.loads(self.fine(sensor.curl("/v1/coverage")))["items"][0]["coverage"])
        self.assertEqual(json.loads(self.fine(sensor.curl("/healthz")))["status"], "ok")
        self.fine(sensor.curl("/v1/inventory?limit=x"), 400)
        self.assertEqual(sensor.end()[0], 0)

    def test_metrics_are_open_metrics(self):
        sensor = self.sensor(settings="webhooks: [{url: 'http://127.0.0.1:9/', owner: nobody}]\n")
        text = self.wait_for_exchanges(sensor)
        self.assertTrue(text.endswith("# EOF\n") or text.endswith("# EOF"))
        self.assertEqual(text.count("# EOF"), 1)
        types, family, samples = {}, None, set()
        for line in text.splitlines()[:-1]:
            meta = re.fullmatch(r"# (TYPE|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)", line)
            if meta:
                if meta.group(1) == "TYPE":
                    self.assertNotIn(meta.group(2), types, "a family told twice")
                    self.assertIn(meta.group(3), ("counter", "gauge", "info"))
                    self.assertFalse(meta.group(2).endswith("_total"))
                    types[meta.group(2)] = meta.group(3)
                family = meta.group(2)
                continue
            sample = re.fullmatch(r'([a-zA-Z_:][a-zA-Z0-9_:]*)((?:\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})?) (\d+)', line)
            self.assertTrue(sample, line)
            suffix = {"counter": "_total", "gauge": "", "info": "_info"}[types[family]]
            self.assertEqual(sample.group(1), family + suffix, "a sample outside its family")
            self.assertNotIn(sample.group(1, 2), samples)
            samples.add(sample.group(1, 2))
        names = {name for name, _ in samples}
        for name in ("specular_capture_packets_total", "specular_exchanges_judged_total",
                     "specular_capture_drop_not_ip_total", "specular_sink_delivered_total", "specular_webhook_sent_total",
                     "specular_webhook_failed_total", "specular_webhook_dropped_total", "specular_webhook_queue"):
            self.assertIn(name, names)
        self.assertEqual(sensor.end()[0], 0)

    def test_unix_socket_and_push(self):
        sensor = self.sensor(listen="unix:FOLDER/admin.sock")
        self.assertEqual(stat.S_IMODE(os.stat(sensor.folder / "admin.sock").st_mode), 0o600)
        self.fine(sensor.curl("/healthz"))
        spec, partner, tokens = (sensor.folder / name for name in ("parcels.yaml", "nova.yaml", "tokens"))
        spec.write_text(SPEC % "1")
        partner.write_text(PARTNER)
        for file in (spec, partner):
            run = self.push(sensor, file, "nova", "--token-file", tokens)
            self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"stored as nova/nova\.yaml, version 1")
        partner.write_text(PARTNER + "limits: [{requests: x, per: 1h}]\n")
        run = self.push(sensor, partner, "nova")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, re.escape(str(partner)) + r":\d+:\d+: error: ")
        self.assertNotIn(TOKEN, run.stdout + run.stderr)
        self.assertEqual(self.push(sensor, sensor.folder / "gone.yaml", "nova").returncode, 1)
        self.assertEqual(self.push(sensor, spec, "../nova").returncode, 2)
        code, log = sensor.end()
        self.assertEqual(code, 0, log)
        self.assertFalse((sensor.folder / "admin.sock").exists())

    def test_only_loopback(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="specular-admin."))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "tokens").write_text(TOKEN + "\n")
        (folder / "short").write_text("abc\n")
        for listen, tokens, words in (("0.0.0.0:8081", "tokens", "no loopback address"),
                                      ("192.0.2.1:8081", "tokens", "no loopback address"),
                                      ("[::]:8081", "tokens", "no loopback address"),
                                      ("example.com:8081", "tokens", "no loopback address"),
                                      ("127.0.0.1:99999", "tokens", "no loopback address"),
                                      ("unix:relative.sock", "tokens", "write unix:/"),
                                      ("127.0.0.1:0", "short", "16 to 512"), ("127.0.0.1:0", "gone", "cannot read")):
            (folder / "specular.yaml").write_text(f"admin: {{listen: '{listen}', token_file: {folder}/{tokens}}}\n")
            run = subprocess.run([PROGRAM, "replay", "-c", folder / "specular.yaml", "--contracts", DEMO / "contracts",
                                  self.capture], capture_output=True, text=True, timeout=SECONDS_MAX,
                                 env={**os.environ, "XDG_STATE_HOME": str(self.folder / "state")})
            self.assertNotEqual(run.returncode, 0, listen)
            self.assertIn(words, run.stderr, listen)
            self.assertNotIn("abc", run.stderr)

    def test_a_good_upload_is_told_as_a_health_record(self):
        sensor = self.sensor()
        self.fine(sensor.put("/v1/partners/nova/specs/parcels.yaml", SPEC % "1"), 201)
        self.assertEqual(sensor.end()[0], 0)
        ids = {json.loads(line)["id"] for line in (sensor.folder / "health").read_text().splitlines()}
        self.assertIn("sensor.spec_reload", ids)


class Inventory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Admin.setUpClass.__func__(cls)

    def run_program(self, *arguments, **more):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS_MAX,
                              env={**os.environ, "XDG_STATE_HOME": str(self.folder / "state"), "SPECULAR_TOKEN": TOKEN},
                              **more)

    def test_export_is_an_openapi_document_that_spec_check_accepts(self):
        records, document, overlay = (self.folder / name for name in ("inventory", "seen.json", "overlay.json"))
        self.run_program("replay", "--contracts", DEMO / "contracts", "--inventory", records, self.capture)
        lines = [json.loads(line) for line in records.read_text().splitlines()]
        self.assertEqual(self.run_program("inventory", "export", records, "-o", document).returncode, 0)
        seen = json.loads(document.read_text())
        self.assertEqual(seen["openapi"], "3.1.0")
        operations = [(path, method) for path, item in seen["paths"].items() for method in item]
        self.assertEqual(len(operations), len({(line["template"], line["method"].lower()) for line in lines}))
        check = self.run_program("spec", "check", document)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)

        run = self.run_program("inventory", "export", "--overlay", records, "-o", overlay)
        self.assertEqual(run.returncode, 0, run.stderr)
        overlay = json.loads(overlay.read_text())
        self.assertEqual(overlay["overlay"], "1.0.0")
        self.assertEqual(overlay["actions"][0]["target"], "$.paths")
        self.assertEqual({(path, method) for path, item in overlay["actions"][0]["update"].items() for method in item},
                         {(line["template"], line["method"].lower()) for line in lines if not line["documented"]})

        again = self.run_program("inventory", "export", records)
        self.assertEqual(json.loads(again.stdout), seen)
        self.assertEqual(self.run_program("inventory", "export").returncode, 2)
        self.assertEqual(self.run_program("inventory", "export", self.folder / "gone").returncode, 1)

    def learned(self, seconds_between):
        """The story of two hundred names, as fast or as slow as asked for."""
        sys.path.insert(0, str(ROOT / "tests" / "replay"))
        import talk as talks
        story = ROOT / "tests" / "replay" / "scenarios" / "learned"
        capture, inventory, findings = (self.folder / name for name in ("learned.pcap", "learned.inv", "learned.find"))
        segments = talks.segments_of(talks.read_talk(story / "talk.txt"))
        start = segments[0].time
        for segment in segments:
            segment.time = start + (segment.time - start) * seconds_between
        talks.write_pcap(capture, segments)
        for path in (inventory, findings):
            path.unlink(missing_ok=True)
        run = self.run_program("replay", "--decrypted", "--contracts", ROOT / "tests" / "replay" / "contracts",
                               "--inventory", inventory, "--findings", findings, capture)
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = {}
        for line in inventory.read_text().splitlines():
            line = json.loads(line)
            lines[line["template"]] = line
        opened = {}
        for line in findings.read_text().splitlines():
            record = json.loads(line)
            opened[record["finding_info"]["uid"]] = record
        closed = len(opened)
        opened = [record for record in opened.values() if record["activity_id"] != 3]
        closed -= len(opened)
        users = [line for template, line in lines.items() if re.fullmatch(r"/orders/v1/users/[^/]+", template)]
        self.assertEqual([(line["template"], line["calls"]) for line in users], [("/orders/v1/users/{name}", 200)])
        self.assertEqual(len([template for template in lines if "/pages/" in template]), 5)
        self.assertEqual(lines["/orders/v1/items/{int}"]["calls"], 40)
        found = [record for record in opened if re.fullmatch(r"GET /orders/v1/users/[^/]+",
                                                             record["evidences"][0]["api"]["operation"])]
        self.assertEqual([record["count"] for record in found], [200])
        return closed

    def test_two_hundred_names_are_one_endpoint_and_one_finding(self):
        self.assertEqual(self.learned(1), 0)

    def test_they_are_put_together_when_they_come_slowly(self):
        self.assertGreater(self.learned(1000), 0)

    def test_a_running_sensor_is_asked(self):
        sensor = Sensor(self, capture=self.capture)
        Admin.wait_for_exchanges.__get__(self)(sensor)
        run = self.run_program("inventory", "export", "--from", "http://" + sensor.listen)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(json.loads(run.stdout)["paths"])
        self.assertEqual(sensor.end()[0], 0)

    fine = Admin.fine


JUDGED_BY = re.compile(rb'"spec":{"name":"Orders","version":"([^"]*)","sha256":"([^"]*)".*?"operation":{"id":"([^"]*)"')
IS_SANITISED = b"__asan_init" in pathlib.Path(PROGRAM).read_bytes() or b"__tsan_init" in pathlib.Path(PROGRAM).read_bytes()


class HotReload(unittest.TestCase):
    """Contracts change under a replay at full speed: nothing is lost, no exchange is judged by two contracts."""

    SECONDS = float(os.environ.get("SPECULAR_RELOAD_SECONDS", "4"))
    PAUSE = 0.2 if SECONDS < 10 else 1

    @classmethod
    def setUpClass(cls):
        Admin.setUpClass.__func__(cls)

    # What a rush leaves behind: what lookahead holds, and the pages that it is strewn over.
    PEAK_KIB, KEPT_KIB = 320 * 1024, 24 * 1024

    def memory_kib(self, pid):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))

    def settle(self, pid, before):
        """What the load took is given back once it is over."""
        deadline = time.monotonic() + 20
        while (after := self.memory_kib(pid)) > before + self.KEPT_KIB and time.monotonic() < deadline:
            time.sleep(0.2)
        return after

    def packets_of(self):
        data, at, count = self.capture.read_bytes(), 24, 0
        while at < len(data):
            at += 16 + int.from_bytes(data[at + 8:at + 12], "little")
            count += 1
        return count

    def read_exchanges(self, out):
        """What a record says of its spec and what it says of its operation are of one upload."""
        for line in out:
            found = JUDGED_BY.search(line)
            if found is not None:
                self.judged[found.groups()] += 1

    def upload(self, sensor, number):
        """The version and every operation are told apart; what they promise stays."""
        text = re.sub(r"operationId: (\w+)", rf"operationId: \1_{number}", self.orders)
        text = text.replace("version: 1.4.0", f"version: 1.4.{number}")
        self.digests[hashlib.sha256(text.encode()).hexdigest()] = number
        code, body = sensor.put("/v1/partners/acme/specs/orders.yaml", text)
        self.assertEqual(code, 200, body)

    def start_writer(self, sensor, seconds=None):
        """Each round calls another server, later, so that all its exchanges are new and the packet clock moves on."""
        return subprocess.Popen([sys.executable, "-c", "import struct,sys,time\n"
                                 "data=open(sys.argv[1],'rb').read()[24:]\n"
                                 "places,at=[],0\n"
                                 "while at<len(data):\n"
                                 "    places.append((at,struct.unpack_from('<I',data,at)[0]))\n"
                                 "    at+=16+struct.unpack_from('<I',data,at+8)[0]\n"
                                 "span=places[-1][1]-places[0][1]+5\n"
                                 "until=time.monotonic()+float(sys.argv[2])\n"
                                 "rounds=0\n"
                                 "while time.monotonic()<until:\n"
                                 "    rounds+=1\n"
                                 "    new=bytearray(data.replace(bytes((198,51,100,10)),"
                                 "bytes((198,18+rounds//65536,rounds//256%256,rounds%256))))\n"
                                 "    for at,second in places:\n"
                                 "        struct.pack_into('<I',new,at,second+rounds*span)\n"
                                 "    sys.stdout.buffer.write(new)\n"
                                 "sys.stdout.flush()\n"
                                 "print(rounds,file=sys.stderr)", str(self.capture), str(seconds or self.SECONDS)],
                                stdout=sensor.process.stdin, stderr=subprocess.PIPE)

    def test_reload_under_load(self):
        self.orders = (DEMO / "contracts" / "orders.yaml").read_text()
        self.judged, self.digests, uploads = collections.Counter(), {}, 0
        sensor = Sensor(self, capture=self.capture, exchanges=self.read_exchanges)
        before = self.memory_kib(sensor.process.pid)
        until, memory = time.monotonic() + self.SECONDS, [before]
        writer = self.start_writer(sensor)
        while time.monotonic() < until:
            uploads += 1
            self.upload(sensor, uploads)
            memory.append(self.memory_kib(sensor.process.pid))
            time.sleep(self.PAUSE)
        rounds = 1 + int(writer.communicate(timeout=SECONDS_MAX)[1])
        after = before if IS_SANITISED else self.settle(sensor.process.pid, before)
        code, log = sensor.end()
        sensor.reader.join()
        sensor.process.stdout.close()
        self.assertEqual(code, 0, log)  # a leak would tell here, under ASan
        self.assertNotIn("do not add up", log)
        told = int(re.search(r"(\d+) packets", log).group(1))
        self.assertEqual(told, rounds * self.packets_of(), log)
        seen = self.check_judged()
        if not IS_SANITISED:  # a quarantine keeps what was freed
            self.assertLess(max(memory), self.PEAK_KIB, f"more waits than there is room for: {memory}")
            self.assertLess(after, before + self.KEPT_KIB, "memory is not given back")
        print(f"{uploads} uploads in {self.SECONDS:.0f} s, {told} packets, none lost; {sum(self.judged.values())} exchanges "
              f"judged by {seen} versions, none by two; {before} KiB before, at most {max(memory)}, {after} after")

    @unittest.skipIf(IS_SANITISED, "a quarantine keeps what was freed")
    def test_memory_is_given_back_after_each_rush(self):
        """From the second one on the packets' times lie in the past: what was judged must leave all the same."""
        self.judged = collections.Counter()
        sensor = Sensor(self, capture=self.capture, exchanges=self.read_exchanges)
        before, after = self.memory_kib(sensor.process.pid), []
        for _ in range(3):
            self.start_writer(sensor, 2).communicate(timeout=SECONDS_MAX)
            after.append(self.settle(sensor.process.pid, before))
        code, log = sensor.end()
        sensor.reader.join()
        sensor.process.stdout.close()
        self.assertEqual(code, 0, log)
        health = json.loads((sensor.folder / "health").read_text().splitlines()[-1])
        self.assertGreater(health["counters"]["capture.packets_behind"], 0)
        self.assertLess(max(after), before + self.KEPT_KIB, f"memory is not given back: {before} KiB before, {after}")

    def check_judged(self):
        seen = set()
        for version, digest, operation in self.judged:
            number = self.digests.get(digest.decode(), 0)
            self.assertEqual(version, b"1.4.%d" % number)
            if b" " not in operation:
                self.assertEqual(operation.partition(b"_")[2], b"%d" % number if number else b"", operation)
            seen.add(number)
        self.assertGreater(len(seen), 1)
        return len(seen)


@unittest.skipUnless(os.geteuid() == 0, "capturing needs root")
class Watch(unittest.TestCase):
    def test_a_changed_folder_is_loaded_when_all_of_it_is_good(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="specular-watch."))
        self.addCleanup(shutil.rmtree, folder)
        folder.chmod(0o755)
        shutil.copytree(DEMO / "contracts", folder / "contracts")
        log, health = folder / "log", folder / "health"
        with open(log, "wb") as file:
            process = subprocess.Popen([PROGRAM, "run", "-i", "lo", "--contracts", folder / "contracts", "--health",
                                        health, "--workers", "1"], stderr=file, stdout=file,
                                       env={**os.environ, "XDG_STATE_HOME": str(folder / "state")})
        try:
            self.wait_for(log, b"watching lo", process)
            time.sleep(0.5)
            (folder / "contracts" / "broken.yaml").write_text("partner: [\n")
            self.wait_for(log, b"stay as they were", process)
            self.assertRegex(log.read_text(), r"broken\.yaml:\d+:\d+: error")
            (folder / "contracts" / "broken.yaml").unlink()
            self.wait_for(log, b"loaded again", process)
            (folder / "contracts" / "nova").mkdir()
            time.sleep(1)
            (folder / "contracts" / "nova" / "parcels.yaml").write_text("openapi: [\n")  # a folder that is new
            self.wait_for(log, b"parcels.yaml:", process)
            process.terminate()
            self.assertEqual(process.wait(60), 0, log.read_text())
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        records = [json.loads(line) for line in health.read_text().splitlines()]
        refused = [one for one in records if one["id"] == "sensor.config_error"]
        self.assertIn("broken.yaml:", refused[0]["message"])
        self.assertIn("sensor.spec_reload", {one["id"] for one in records})

    def wait_for(self, log, words, process):
        deadline = time.monotonic() + 60
        while words not in log.read_bytes():
            self.assertIsNone(process.poll(), log.read_text())
            self.assertLess(time.monotonic(), deadline, f"never says {words!r}: {log.read_text()}")
            time.sleep(0.05)


if __name__ == "__main__":
    unittest.main()
