"""The program's commands from outside: exit codes, streams, and what a user must be able to rely on.

    SPECULAR_BIN=build/release/sensor/specular python3 tests/e2e/commands.py

The traffic is the demo's own capture (scripts/demo.d). Needs nothing that the demo does not install.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "scripts" / "demo.d"
PROGRAM = os.environ.get("SPECULAR_BIN", str(ROOT / "build" / "release" / "sensor" / "specular"))

sys.path.insert(0, str(DEMO))
sys.dont_write_bytecode = True
import talk  # noqa: E402

SECONDS_MAX = 120


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="specular-e2e."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.capture = cls.folder / "demo.pcap"
        subprocess.run([sys.executable, "-B", DEMO / "make_capture.py", cls.capture], check=True, capture_output=True)

    def run_program(self, *arguments, **more):
        environment = {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}
        run = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, env=environment, timeout=SECONDS_MAX,
                             cwd=self.folder, **more)
        self.assertGreaterEqual(run.returncode, 0, f"ended by a signal: {run.stderr[-2000:]!r}")
        return run

    def replay(self, *arguments, contracts=DEMO / "contracts", **more):
        return self.run_program("replay", "--contracts", contracts, "--packs", DEMO / "packs", "--decrypted",
                                "--site", "e2e", *arguments, **more)

    def test_version_and_help(self):
        version = self.run_program("--version")
        self.assertEqual(version.returncode, 0)
        self.assertRegex(version.stdout, rb"^specular \d+\.\d+\.\d+")
        for words in (["--help"], ["run", "--help"], ["replay", "--help"], ["spec", "check", "--help"],
                      ["rules", "list", "--help"], ["pack", "test", "--help"]):
            help_ = self.run_program(*words)
            self.assertEqual(help_.returncode, 0, words)
            self.assertIn(b"specular", help_.stdout)

    def test_bad_usage_is_2(self):
        for words in (["fly"], ["replay", "--no-such-option"], ["replay", "--workers"], ["replay", "--workers", "x"]):
            run = self.run_program(*words)
            self.assertEqual(run.returncode, 2, words)
            self.assertTrue(run.stderr, words)

    def test_a_malformed_address_is_bad_usage(self):
        for where in ("kafka://", "kafka://host/topic", "kafka://host:9092", "kafka://user:hunter2@host:9092/t",
                      "kafka://host:9092/t t", "http://host/t"):
            run = self.replay("--findings", where, self.capture)
            self.assertEqual(run.returncode, 2, where)
            self.assertIn(b"--findings", run.stderr)
            self.assertNotIn(b"hunter2", run.stderr)

    def test_an_absent_broker_ends_in_time(self):
        start = time.monotonic()
        run = self.replay("--findings", "kafka://127.0.0.1:1/t", "--drain", "1", self.capture)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertLess(time.monotonic() - start, 30)
        self.assertIn(b"were not delivered", run.stderr)

    def test_keylog_is_refused_in_words(self):
        run = self.replay("--keylog", "keys.txt", self.capture)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(b"keylog", run.stderr)

    def test_findings_go_to_standard_output(self):
        plain = self.replay(self.capture)
        self.assertEqual(plain.returncode, 0, plain.stderr)
        self.assertTrue(plain.stdout)
        named = self.replay("--findings", "-", self.capture)
        self.assertEqual(plain.stdout, named.stdout)
        path = self.folder / "findings.jsonl"
        filed = self.replay("--findings", path, self.capture)
        self.assertEqual(filed.stdout, b"")
        self.assertEqual(path.read_bytes(), plain.stdout)

    def test_standard_input_is_a_capture(self):
        with open(self.capture, "rb") as file:
            piped = self.replay("-", stdin=file)
        self.assertEqual(piped.returncode, 0, piped.stderr)
        self.assertEqual(piped.stdout, self.replay(self.capture).stdout)

    def test_what_cannot_be_read_is_said_and_the_rest_processed(self):
        whole = self.replay(self.capture)
        run = self.replay("/nowhere/at/all.pcap", self.capture)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"/nowhere/at/all.pcap", run.stderr)
        self.assertEqual(run.stdout, whole.stdout)

    def test_garbage_is_no_capture(self):
        garbage = self.folder / "garbage.pcap"
        garbage.write_bytes(bytes(range(256)) * 64)
        run = self.replay(garbage)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"garbage.pcap", run.stderr)

    def test_a_capture_cut_short_is_read_as_far_as_it_goes(self):
        cut = self.folder / "cut.pcap"
        whole = self.capture.read_bytes()
        cut.write_bytes(whole[:len(whole) * 3 // 4 + 5])
        run = self.replay(cut)
        self.assertTrue(run.stdout)

    def test_the_envelope_of_a_finding(self):
        for line in self.replay(self.capture).stdout.splitlines():
            record = json.loads(line)
            self.assertEqual(record["class_uid"], 2004)
            self.assertEqual(record["type_uid"], 200400 + record["activity_id"])
            self.assertEqual(record["metadata"]["version"], "1.5.0")
            self.assertEqual(record["metadata"]["event_code"], record["finding_info"]["analytic"]["uid"])
            self.assertIn(record["severity_id"], range(1, 6))
            self.assertLessEqual(record["finding_info"]["first_seen_time"], record["finding_info"]["last_seen_time"])
            self.assertTrue(record["finding_info"]["uid"])
            self.assertIn(record["unmapped"]["specular"]["partner"]["id"], talk.ADDRESSES)
            evidence = record["evidences"][0]
            self.assertIn(evidence["src_endpoint"]["ip"], talk.ADDRESSES.values())
            self.assertEqual(evidence["dst_endpoint"]["ip"], talk.PROVIDER)

    def test_every_exchange_is_told_once(self):
        path = self.folder / "exchanges.jsonl"
        self.assertEqual(self.replay("--findings", self.folder / "f", "--exchanges", path, self.capture).returncode, 0)
        records = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual(len(records), talk.exchange_count())
        self.assertEqual({record["class_uid"] for record in records}, {4002})
        self.assertEqual(len({record["metadata"]["uid"] for record in records}), len(records))

    def test_no_record_holds_a_secret(self):
        kinds = ["findings", "exchanges", "inventory", "usage", "health"]
        options = [word for kind in kinds for word in ("--" + kind, self.folder / kind)]
        run = self.replay(*options, self.capture)
        texts = [run.stdout, run.stderr, *((self.folder / kind).read_bytes() for kind in kinds)]
        for secret in talk.secrets():
            for text in texts:
                self.assertNotIn(secret.encode(), text)

    def test_clients_can_go_by_pseudonyms(self):
        settings = self.folder / "pseudonyms.yaml"
        settings.write_text("pseudonymise: [client_ip, user]\n")
        plain, hidden = {}, {}
        for name, said, options in (("plain", plain, ()), ("hidden", hidden, ("-c", settings))):
            for kind in ("findings", "exchanges", "usage", "inventory", "health"):
                said[kind] = self.folder / f"{name}.{kind}"
            run = self.replay(*options, *(word for kind in said for word in (f"--{kind}", said[kind])), self.capture)
            self.assertEqual(run.returncode, 0, run.stderr)
        known, pseudonyms, users = {}, {}, set()
        for one, other in zip(*(map(json.loads, said["exchanges"].read_text().splitlines()) for said in (plain, hidden)),
                              strict=True):
            known.setdefault(one["src_endpoint"]["ip"], set()).add(other["src_endpoint"]["ip"])
            pseudonyms.setdefault(other["src_endpoint"]["ip"], set()).add(one["src_endpoint"]["ip"])
            users.add(other["unmapped"]["specular"].get("credential", {}).get("client_id", "hmac:"))
        self.assertTrue(known)
        self.assertTrue(all(len(names) == 1 for names in (*known.values(), *pseudonyms.values())), "one to one")
        self.assertTrue(all(address.startswith("fd") for address in pseudonyms), pseudonyms)
        self.assertTrue(all(user.startswith("hmac:") for user in users), users)
        for kind, path in hidden.items():
            text = path.read_text()
            for address in known:
                self.assertNotRegex(text, r"(?<![0-9.])" + re.escape(address) + r"(?![0-9.])", kind)
        exposures = [[json.loads(line)["exposure"] for line in said["inventory"].read_text().splitlines()]
                     for said in (plain, hidden)]
        self.assertEqual(*exposures)

    def test_the_log_can_be_a_file(self):
        settings, log = self.folder / "log.yaml", self.folder / "sensor.log"
        settings.write_text(f"log: {log}\n")
        run = self.replay("-c", settings, self.folder / "no-such.pcap")
        self.assertEqual((run.returncode, run.stderr), (1, b""))
        self.assertIn("no-such.pcap", log.read_text())
        settings.write_text(f"log: {self.folder}/none/sensor.log\n")
        run = self.replay("-c", settings, self.capture)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"cannot be written", run.stderr)

    def test_a_broken_contract_is_refused_and_the_others_hold(self):
        contracts = self.folder / "contracts"
        shutil.copytree(DEMO / "contracts", contracts)
        (contracts / "broken.yaml").write_text("partner: broken\napis: [{spec: [}\n")
        run = self.replay(self.capture, contracts=contracts)
        self.assertRegex(run.stderr.decode(), r"broken\.yaml:\d+")
        self.assertEqual(run.stdout, self.replay(self.capture).stdout)

    def test_one_name_in_two_folders_is_told(self):
        other = self.folder / "other-contracts"
        other.mkdir()
        shutil.copy(DEMO / "contracts" / "orders.yaml", other)
        run = self.replay("--contracts", other, "--findings", self.folder / "two.jsonl", self.capture)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stderr, rb"orders.yaml: warning: two contracts folders hold a file of this name")
        again = self.replay("--findings", self.folder / "one.jsonl", self.capture)
        self.assertNotIn(b"two contracts folders", again.stderr)

    def test_spec_check_names_the_line(self):
        good = self.run_program("spec", "check", DEMO / "contracts" / "orders.yaml")
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        broken = self.folder / "broken-spec.yaml"
        broken.write_text("openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths:\n  /a:\n    get: {responses: [}\n")
        run = self.run_program("spec", "check", broken)
        self.assertEqual(run.returncode, 1)
        self.assertRegex((run.stdout + run.stderr).decode(), re.escape(broken.name) + r":\d+:\d+")

    def test_spec_check_looks_at_its_files_alone(self):
        crowd = self.folder / "crowd"
        for number in range(120):
            (crowd / str(number)).mkdir(parents=True)
            for other in range(100):
                (crowd / str(number) / f"{other}.txt").touch()
        shutil.copy(DEMO / "contracts" / "orders.yaml", crowd)
        good = self.run_program("spec", "check", crowd / "orders.yaml")
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        gone = self.run_program("spec", "check", crowd / "gone.yaml")
        self.assertEqual(gone.returncode, 1)
        self.assertIn(b"gone.yaml", gone.stderr)

    def test_packs_prove_their_own_examples(self):
        run = self.run_program("pack", "test", DEMO / "packs")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        wrong = self.folder / "packs"
        wrong.mkdir()
        text = (DEMO / "packs" / "acme.yaml").read_text()
        (wrong / "acme.yaml").write_text(text.replace('match: ["AC48210056"]', 'match: ["AC48210057"]', 1))
        self.assertEqual(self.run_program("pack", "test", wrong).returncode, 1)

    def test_rules_list_names_the_catalogue(self):
        run = self.run_program("rules", "list")
        self.assertEqual(run.returncode, 0)
        for name in ("shadow.path", "auth.scheme_mismatch", "pii.response_leak"):
            self.assertIn(name.encode(), run.stdout)

    def test_a_broker_that_is_away_is_said(self):
        run = self.replay("--findings", "kafka://127.0.0.1:1/specular.findings.v1", self.capture)
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr.decode(), r"\d+ of \d+ records were not delivered")

    def health_of(self, *arguments):
        health = self.folder / "health.jsonl"
        self.replay("--health", health, *arguments, self.capture)
        return [json.loads(line)["id"] for line in health.read_text().splitlines()]

    def test_a_broken_state_is_said(self):
        state = self.folder / "broken-state"
        self.assertNotIn("sensor.state_failed", self.health_of("--state-dir", state))
        (state / "collector" / "snapshot").write_text("no state")
        self.assertIn("sensor.state_failed", self.health_of("--state-dir", state))
        self.assertNotIn("sensor.state_failed", self.health_of("--state-dir", state))

    def wait_for(self, log, words, process):
        deadline = time.monotonic() + 60
        while words not in log.read_bytes():
            self.assertIsNone(process.poll(), log.read_text())
            self.assertLess(time.monotonic(), deadline, f"never says {words!r}: {log.read_text()}")
            time.sleep(0.05)

    @unittest.skipUnless(os.geteuid() == 0, "capturing needs root")
    def test_reload_takes_good_contracts_only(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="specular-reload."))
        self.addCleanup(shutil.rmtree, folder)
        folder.chmod(0o755)
        shutil.copytree(DEMO / "contracts", folder / "contracts")
        spec, log = folder / "contracts" / "orders.yaml", folder / "log"
        good = spec.read_text()
        environment = {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}
        with open(log, "wb") as file:
            process = subprocess.Popen([PROGRAM, "run", "-i", "lo", "--contracts", folder / "contracts", "--findings",
                                        folder / "findings"], stderr=file, stdout=file, env=environment)
        try:
            self.wait_for(log, b"watching lo", process)
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            self.assertNotRegex(status, r"(?m)^(Uid|Gid):.*\b0\b")
            self.assertNotRegex(status, r"(?m)^Cap(Prm|Eff|Inh|Amb):\s*0*[1-9a-f]")
            spec.write_text(good + "  bad: [\n")
            process.send_signal(signal.SIGHUP)
            self.wait_for(log, b"stay as they were", process)
            self.assertRegex(log.read_text(), r"orders\.yaml:\d+:\d+: error")
            spec.write_text(good)
            process.send_signal(signal.SIGHUP)
            self.wait_for(log, b"loaded again", process)
            spec.chmod(0o600)
            process.send_signal(signal.SIGHUP)
            self.wait_for(log, b"orders.yaml: error: the file could not be read", process)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 0, log.read_text())  # a leak would tell here, under ASan
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    @unittest.skipUnless(os.geteuid() == 0, "capturing needs root")
    def test_run_ends_on_sigterm(self):
        environment = {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}
        with open(self.folder / "run.log", "wb") as log:
            process = subprocess.Popen([PROGRAM, "run", "-i", "lo", "--contracts", DEMO / "contracts", "--findings",
                                        self.folder / "run.findings"], stderr=log, stdout=log, env=environment)
            try:
                deadline = time.monotonic() + 30
                while b"watching lo" not in (self.folder / "run.log").read_bytes():
                    self.assertIsNone(process.poll(), (self.folder / "run.log").read_text())
                    self.assertLess(time.monotonic(), deadline, "does not say that it watches")
                    time.sleep(0.05)
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(30), 0, (self.folder / "run.log").read_text())
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()


if __name__ == "__main__":
    unittest.main()
