"""Nothing lost on the way to Kafka: a real broker is stopped, frozen, killed, filled up and locked, the publisher is
killed, and a second implementation of a consumer looks for every record that was taken.

    SPECULAR_NUMBERED=build/release/tests/e2e/numbered python3 tests/e2e/kafka_faults.py [--quick]

Prints a table: fault, records taken, lost, repeated, the longest delay. Each death of the publisher, and of a producer
of it, may repeat what was with the broker then: at most 8,192 records, and 256 whose release was not written down yet;
that is what is repeated while a backlog goes out, and next to nothing otherwise. Exit 1 when something is lost, repeated under
another uid, out of order within its key, or not told. --quick: shorter faults, fewer kills, without the broker's disk
and the locks. A full disk needs root (for a tmpfs); without it those lines are left out and said.
"""

import collections
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SPECULAR_NUMBERED", str(ROOT / "build" / "release" / "tests" / "e2e" / "numbered"))
RATE = 3000
DRAIN_SECONDS_MAX = 60
PARTITIONS = 3
REPEATED_A_DEATH = 8192 + 256  # LIMIT_SPOOL_FLIGHT, and what spool_lane.c holds back


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Broker:
    """scripts/kafka, with TLS and SASL listeners beside the plain one."""

    def __init__(self, folder):
        self.folder = folder
        ports = []
        while len({*ports, *(port + 1 for port in ports[:1])}) < 4:  # the controller takes the one behind the first
            ports = [free_port() for _ in range(3)]
        self.port, self.tls_port, self.sasl_port = ports
        self.make_certificates()
        properties = folder / "extra.properties"
        properties.write_text(f"""
listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.port + 1},SSL://localhost:{self.tls_port},SASL_SSL://localhost:{self.sasl_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{self.port},SSL://localhost:{self.tls_port},SASL_SSL://localhost:{self.sasl_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
listener.name.ssl.ssl.client.auth=required
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_sensor="right-1";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
log.message.timestamp.type=LogAppendTime
log.segment.bytes=10485760
""")
        self.environment = {**os.environ, "SPECULAR_KAFKA_PORT": str(self.port), "SPECULAR_KAFKA_DIR": str(folder / "kafka"),
                            "SPECULAR_KAFKA_PROPERTIES": str(properties)}

    def make_certificates(self):
        def openssl(*words):
            subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                "-subj", "/CN=test ca")
        (self.folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for name in ("server", "client"):
            openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                    "/CN=localhost")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                    f"{name}.crt", "-days", "2", "-extfile", "san")
        (self.folder / "server.pem").write_text((self.folder / "server.key").read_text()
                                                + (self.folder / "server.crt").read_text())
        openssl("pkcs8", "-topk8", "-in", "client.key", "-out", "client.locked", "-passout", "pass:key-secret")
        (self.folder / "key-password").write_text("key-secret\n")

    def kafka(self, *words):
        done = subprocess.run([ROOT / "scripts" / "kafka", *words], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"scripts/kafka {' '.join(words)}: {done.stderr[-2000:]}")

    def start(self):
        self.kafka("start")

    def stop(self):
        self.kafka("stop")

    def pid(self):
        return int((self.folder / "kafka" / "pid").read_text())

    def signal(self, number):
        os.kill(self.pid(), number)

    def kill(self):
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        while pathlib.Path(f"/proc/{pid}").exists() and "(java) Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text():
            time.sleep(0.05)

    def add_scram(self, name, password):
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "specular"
        jars = next(path for path in cache.glob("kafka-*") if path.is_dir() and path.name.count(".") == 2)
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            subprocess.run(["java", "-cp", f"{jars}/*", "kafka.admin.ConfigCommand", "--bootstrap-server",
                            f"127.0.0.1:{self.port}", "--alter", "--add-config", f"{mechanism}=[password={password}]",
                            "--entity-type", "users", "--entity-name", name], check=True, capture_output=True, timeout=120)

    def admin(self):
        return AdminClient({"bootstrap.servers": f"127.0.0.1:{self.port}", "log_level": 0})

    def topic(self, name):
        deadline = time.monotonic() + 30
        while True:
            try:
                admin = self.admin()  # must live as long as the future
                admin.create_topics([NewTopic(name, PARTITIONS, 1)])[name].result(10)
                return
            except KafkaException as problem:
                if problem.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:  # the publisher was faster
                    return
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def read(self, topic):
        """Each record: (partition, number, uid, key, headers, delay in seconds)."""
        consumer = Consumer({"bootstrap.servers": f"127.0.0.1:{self.port}", "group.id": "faults", "enable.auto.commit": False,
                             "log_level": 0})
        records = []
        for partition in sorted(consumer.list_topics(topic, timeout=20).topics[topic].partitions):
            at = TopicPartition(topic, partition, 0)
            end = consumer.get_watermark_offsets(at, timeout=20)[1]
            consumer.assign([at])
            position = 0
            deadline = time.monotonic() + 60
            while position < end and time.monotonic() < deadline:
                for message in consumer.consume(5000, 1):
                    if message.error() is not None:
                        continue
                    value = json.loads(message.value())
                    position = message.offset() + 1
                    records.append((partition, value["n"], value["metadata"]["uid"], message.key().decode(),
                                    dict(message.headers()), message.timestamp()[1] / 1000 - value["made"] / 1000))
            if position < end:
                raise RuntimeError(f"cannot read {topic}: stopped at {position} of {end}")
        consumer.close()
        return records


class Publisher:
    """The numbered stream: one folder, one topic, killed and started as often as one likes."""

    started = []

    def __init__(self, broker, folder, topic, port=None, options=()):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.where = f"kafka://{'localhost' if port else '127.0.0.1'}:{port or broker.port}/{topic}"
        self.options = list(options)
        self.process = None
        self.next = 1
        self.taken = []  # (first, last) of each life
        self.log = open(folder.parent / f"{folder.name}.log", "ab")
        self.file = folder.parent / f"{folder.name}.taken"

    def start(self):
        self.file.unlink(missing_ok=True)
        self.process = subprocess.Popen([PROGRAM, self.where, str(self.folder), str(self.file), str(self.next), str(RATE),
                                         *self.options], stderr=self.log)
        Publisher.started.append(self.process)

    def last(self):
        text = self.file.read_text() if self.file.exists() else ""
        return int(text) if text.strip() else self.next - 1

    def ended(self):
        last = self.last()
        if last >= self.next:
            self.taken.append((self.next, last))
        self.next = last + 100  # one that was taken, but not yet written down, must not share its number

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.ended()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.ended()

    def words(self):
        return (self.folder.parent / f"{self.folder.name}.log").read_text()

    def drain(self):
        """Stops, and starts without records to add, until nothing waits."""
        self.stop()
        deadline = time.monotonic() + DRAIN_SECONDS_MAX
        while not self.words().rstrip().endswith("waiting 0"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.folder.name}: not drained: {self.words()[-300:]}")
            self.process = subprocess.Popen([PROGRAM, self.where, str(self.folder), str(self.folder.parent / "none"), "1", "0",
                                             *self.options], stderr=self.log)
            time.sleep(3)
            self.process.terminate()
            self.process.wait(60)

    def numbers(self):
        return {number for first, last in self.taken for number in range(first, last + 1)}


class Report:
    def __init__(self):
        self.lines, self.faults = [], 0

    def add(self, name, wanted, records):
        seen = collections.Counter(number for _, number, *_ in records)
        lost = [number for number in wanted if number not in seen]
        repeated = sum(seen[number] - 1 for number in wanted if number in seen)
        delay = max((record[5] for record in records if record[1] in wanted), default=0)
        self.lines.append((name, len(wanted), len(lost), repeated, f"{delay:.1f} s"))
        if lost:
            self.fail(f"{name}: lost {len(lost)}, the first {lost[:5]}")
        if not wanted:
            self.fail(f"{name}: nothing was taken")

    def fail(self, words):
        self.faults += 1
        print(f"FAILED {words}")

    def check(self, truth, words):
        if not truth:
            self.fail(words)

    def show(self):
        print(f"{'fault':34} {'taken':>8} {'lost':>6} {'repeated':>9} {'longest delay':>14}")
        for name, taken, lost, repeated, delay in self.lines:
            print(f"{name:34} {taken:8} {lost:6} {repeated:9} {delay:>14}")


def check_shape(report, records):
    """Keys, headers and order as a second implementation sees them."""
    uids, places, newest = {}, {}, {}
    for partition, number, uid, key, headers, _ in records:
        report_uid = uids.setdefault(number, uid)
        if report_uid != uid or headers["ce_id"].decode() != uid:
            report.fail(f"record {number}: two uids")
            return
        if places.setdefault(key, partition) != partition or key != f"partner-{number % 8}|api":
            report.fail(f"key {key} in two partitions, or not the record's")
            return
        if headers["ce_specversion"] != b"1.0" or headers["ce_type"] != b"specular.finding.test.v1" or \
                headers["content-type"] != b"application/json; charset=utf-8" or headers["partner"] != b"acme" or \
                headers["ce_source"] != b"/sensor/numbered" or not headers["ce_sequence"].isdigit():
            report.fail(f"headers of record {number}: {headers}")
            return
        # A repeat comes behind what it repeats; what is seen for the first time must rise within its key.
        if number in newest.setdefault(key, (set(), [0]))[0]:
            continue
        newest[key][0].add(number)
        if number < newest[key][1][0]:
            report.fail(f"record {number} comes behind {newest[key][1][0]} of its key")
            return
        newest[key][1][0] = number
    report.check(len(set(places.values())) > 1, "all keys in one partition")


def stream_faults(broker, folder, spool, quick):
    """One stream through all faults; what was taken during each is looked for at the end."""
    publisher = Publisher(broker, spool, "faults")
    spans = []
    publisher.start()

    def span(name, act):
        first = publisher.last() + 1
        act()
        spans.append((name, first, publisher.last()))
        print(f"  {name}: records {first} to {publisher.last()}", flush=True)

    def away():
        broker.stop()
        time.sleep(3 if quick else 20)
        broker.start()

    def freeze(seconds):
        broker.signal(signal.SIGSTOP)
        time.sleep(seconds)
        broker.signal(signal.SIGCONT)
        time.sleep(2)

    def shoot():
        broker.kill()
        broker.start()

    def kill_publisher():
        for _ in range(5 if quick else 20):
            time.sleep(random.uniform(0.1, 1.0))
            publisher.kill()
            publisher.start()
        time.sleep(1)

    def kill_both():
        broker.kill()
        time.sleep(1)
        publisher.kill()
        publisher.start()
        time.sleep(1)
        broker.start()

    def fill_spool():
        broker.signal(signal.SIGSTOP)
        time.sleep(1)
        stuffing = spool / "stuffing"
        with open(stuffing, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65536))
            except OSError:
                pass
        time.sleep(4)
        stuffing.unlink()
        time.sleep(1)
        broker.signal(signal.SIGCONT)
        time.sleep(2)

    def fill_broker():
        stuffing = folder / "kafka" / "stuffing"
        with open(stuffing, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65536))
            except OSError:
                pass
        time.sleep(15)
        stuffing.unlink()
        try:
            broker.kill()
        except (OSError, ValueError):
            pass
        broker.start()
        time.sleep(2)

    span("none", lambda: time.sleep(3))
    span("broker stopped and started", away)
    span("broker frozen", lambda: freeze(5 if quick else 45))
    span("broker killed", shoot)
    span(f"publisher killed {5 if quick else 20} times", kill_publisher)
    if not quick:
        span("broker and publisher killed", kill_both)
    if os.path.ismount(spool):
        span("spool's disk full, broker frozen", fill_spool)
    if os.path.ismount(folder / "kafka") and not quick:
        span("broker's disk full", fill_broker)
    publisher.drain()
    return publisher, spans


def tell_stream(report, broker, publisher, spans):
    records = broker.read("faults")
    taken = publisher.numbers()
    for name, first, last in spans:
        report.add(name, {number for number in taken if first <= number <= last}, records)
    report.add("all of it", taken, records)
    check_shape(report, records)
    words = publisher.words()
    deaths = len(publisher.taken) + words.count("trouble ")
    repeated = len(records) - len({number for _, number, *_ in records})
    report.check(repeated <= deaths * REPEATED_A_DEATH, f"{repeated} repeated by {deaths} deaths")
    report.check("lost " not in words, f"the publisher told a loss: {words[words.find('lost '):][:100]}")


def locks(report, broker, folder):
    """TLS and SASL: the right way in, and the wrong password."""
    (folder / "right").write_text("right-1\n")
    (folder / "wrong").write_text("wrong-1\n")
    broker.add_scram("sensor", "right-1")
    sasl = ["protocol=sasl_ssl", f"ca={folder}/ca.pem", "username=sensor"]
    ways = {
        "mTLS": (broker.tls_port, ["protocol=ssl", f"ca={folder}/ca.pem", f"cert={folder}/client.crt",
                                   f"key={folder}/client.locked", f"key_password_file={folder}/key-password"]),
        "SASL PLAIN": (broker.sasl_port, [*sasl, "mechanism=PLAIN", f"password_file={folder}/right"]),
        "SASL SCRAM-SHA-256": (broker.sasl_port, [*sasl, "mechanism=SCRAM-SHA-256", f"password_file={folder}/right"]),
        "SASL SCRAM-SHA-512": (broker.sasl_port, [*sasl, "mechanism=SCRAM-SHA-512", f"password_file={folder}/right"]),
    }
    for name, (port, options) in ways.items():
        topic = "way-" + name.lower().replace(" ", "-")
        broker.topic(topic)
        publisher = Publisher(broker, folder / topic, topic, port, options)
        publisher.start()
        time.sleep(2)
        publisher.drain()
        report.add(name, publisher.numbers(), broker.read(topic))
    broker.topic("wrong-password")
    publisher = Publisher(broker, folder / "wrong-password", "wrong-password", broker.sasl_port,
                          [*sasl, "mechanism=SCRAM-SHA-512", f"password_file={folder}/wrong"])
    publisher.start()
    time.sleep(4)
    publisher.stop()
    report.check("uthentication failed" in publisher.words(), "a wrong password was not told")
    report.check("wrong-1" not in publisher.words(), "a password was told")
    publisher.options[-1] = f"password_file={folder}/right"
    publisher.start()
    time.sleep(1)
    publisher.drain()
    report.add("wrong password, then the right one", publisher.numbers(), broker.read("wrong-password"))


def deletion(report, broker, folder):
    """The topic goes away under us. What was delivered before is gone with it; what comes after must arrive."""
    broker.topic("deleted")
    publisher = Publisher(broker, folder / "deleted", "deleted")
    publisher.start()
    time.sleep(2)
    admin = broker.admin()
    admin.delete_topics(["deleted"])["deleted"].result(20)
    time.sleep(1)
    broker.topic("deleted")
    time.sleep(3)
    first = publisher.last() + 1
    time.sleep(5)
    publisher.drain()
    report.add("topic deleted: afterwards", {number for number in publisher.numbers() if number >= first},
               broker.read("deleted"))
    report.check("trouble" in publisher.words(), "the deleted topic was not told")


def main():
    quick = "--quick" in sys.argv[1:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="specular-faults."))
    os.chmod(folder, 0o755)
    report = Report()
    broker = Broker(folder)
    spool = folder / "spool"
    mounts = []
    for path, size in ((spool, "768m"), (folder / "kafka", "3g" if quick else "1g")):
        path.mkdir()
        if os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", path]).returncode == 0:
            mounts.append(path)
        else:
            print(f"no tmpfs at {path}: faults of full disks are left out")
    try:
        broker.start()
        broker.topic("faults")
        publisher, spans = stream_faults(broker, folder, spool, quick)
        tell_stream(report, broker, publisher, spans)
        if not quick:
            locks(report, broker, folder)
            deletion(report, broker, folder)
    except Exception as problem:
        report.fail(f"{type(problem).__name__}: {problem}")
    finally:
        for process in Publisher.started:
            process.kill()
        try:
            broker.signal(signal.SIGCONT)
            broker.stop()
        except (OSError, ValueError, subprocess.SubprocessError):
            pass
        for path in mounts:
            subprocess.run(["umount", "-l", path])
        if report.faults == 0:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"kept: {folder}")
    report.show()
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
