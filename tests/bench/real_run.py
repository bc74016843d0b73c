"""A recording of real programs for the benchmark: nginx as the partners' provider, curl and h2load as the partners,
over a veth pair between two network namespaces, taken by tcpdump. Bodies come from the generator (bench_bodies), so
that it is known what was planted in each; nginx's access log says which bodies went over the wire how often. Needs
root.
"""
import contextlib
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = ("nginx", "curl", "h2load", "tcpdump", "ip", "ethtool")
SOURCES = (HERE / "real_run.py", *sorted((HERE / "traffic").glob("bod*")), HERE / "traffic" / "bench_bodies.c")
KINDS = ("order", "receipt", "status", "catalogue", "ping")
PLANTED = ("violations", "us_ssn", "pan", "iban")

HOST, KEY = "api.bench.example", "bench-0123456789abcdef"
PARTNER, HTTP1, H2 = "203.0.113.10", "198.51.100.10", "198.51.100.11"
READY_S, ROUND_S, STOP_S, RECORD_S = 10, 60, 20, 150
TRIES = 3
RING_KIB = 65536

CONF = """\
user root;
worker_processes 1;
pid "{folder}/nginx.pid";
error_log "{folder}/error.log" warn;
events {{ worker_connections 1024; }}
http {{
    server_tokens off;
    tcp_nopush on;
    keepalive_requests 100000;
    default_type application/json;
    client_body_temp_path "{folder}/tmp";
    proxy_temp_path "{folder}/tmp";
    fastcgi_temp_path "{folder}/tmp";
    uwsgi_temp_path "{folder}/tmp";
    scgi_temp_path "{folder}/tmp";
    # What is answered, by chance, and what was posted, as its sender says.
    map $request_id $some {{ "~^(?<two>..)" $two; }}
    map $request_uri $answer {{
        /v1/orders receipt/$some;
        /v1/ping ping/$some;
        ~^/v1/orders/ status/$some;
        ~^/v1/catalogue catalogue/$some;
    }}
    map $http_x_request_id $order {{ default -; "~^(?<name>order-..)-" $name; }}
    log_format sent '$status $answer $order $connection';
    access_log off;
    upstream back {{ server 127.0.0.1:8080; keepalive 16; }}
    server {{
        listen {http1}:80;
        listen {h2}:80 http2;
        server_name {host};
        access_log "{folder}/access.log" sent;
        add_header Cache-Control "no-store, max-age=0" always;
        add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
        add_header X-Content-Type-Options nosniff always;
        add_header X-Request-Id $request_id always;
        gzip on;
        gzip_types application/json;
        gzip_min_length 1000;
        gzip_vary on;
        root "{folder}";
        location /v1/ {{ rewrite ^ /$answer break; }}
        location = /v1/orders {{
            rewrite ^ /$answer break;
            proxy_pass http://back;
            proxy_http_version 1.1;
            proxy_method GET;
            proxy_pass_request_body off;
            proxy_set_header Connection "";
            proxy_set_header Content-Length "";
        }}
    }}
    # Answers 201 with a file, packed where there is a packed one and the client takes it.
    server {{
        listen 127.0.0.1:8080;
        gzip_static on;
        error_page 418 =201 /made$uri;
        location / {{ return 418; }}
        location /made/ {{ internal; alias "{folder}/"; }}
    }}
}}
"""


def missing():
    """Why nothing can be recorded here; None: it can."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"needs {', '.join(absent)} (scripts/setup installs them)"
    return None if os.geteuid() == 0 else "needs root, for network namespaces"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


def wait_for(what, is_there):
    deadline = time.monotonic() + READY_S
    while not is_there():
        if time.monotonic() > deadline:
            raise OSError(f"{what} does not start")
        time.sleep(0.05)


class Network:
    """Partner and provider, each in a namespace; nothing of it is left at the end."""

    def __init__(self):
        self.partner, self.provider = (f"specular-real-{os.getpid()}-{end}" for end in ("partner", "provider"))

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def make(self):
        for name in (self.partner, self.provider):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
            run(*self.at(name, "sh", "-c", "echo 1 2>/dev/null >/proc/sys/net/ipv6/conf/all/disable_ipv6 || true"))
        run("ip", "-n", self.partner, "link", "add", "partner0", "type", "veth", "peer", "name", "provider0", "netns",
            self.provider)
        for name, port, addresses, others in (
                (self.partner, "partner0", (PARTNER,), "198.51.100.0/24"),
                (self.provider, "provider0", (HTTP1, H2), "203.0.113.0/24")):
            for address in addresses:
                run("ip", "-n", name, "address", "add", f"{address}/24", "dev", port)
            run("ip", "-n", name, "link", "set", port, "up")
            run("ip", "-n", name, "route", "add", others, "dev", port)
            # Segments as they are on a wire, with their checksums: nothing is left to a card that is not there.
            run(*self.at(name, "ethtool", "-K", port, "tx", "off", "tso", "off", "gso", "off", "gro", "off"))

    def __exit__(self, *_):
        for name in (self.partner, self.provider):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)

    @staticmethod
    def at(name, *command):
        return ["ip", "netns", "exec", name, *map(str, command)]


@contextlib.contextmanager
def running(command, log, stop):
    """In the background, until the end; `stop` is the signal that ends it in peace."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def write_bodies(program, folder, seed):
    """What was planted in each file. Every other order and receipt is there packed as well."""
    for kind in KINDS:
        (folder / kind).mkdir()
    made = subprocess.run([program, str(seed), str(folder)], check=True, capture_output=True, text=True)
    for kind in ("order", "receipt"):
        for file in sorted((folder / kind).iterdir())[::2]:
            Path(f"{file}.gz").write_bytes(gzip.compress(file.read_bytes(), 6, mtime=0))
    return json.loads(made.stdout)


class Partners:
    """Makes the command lines of one round, and counts their calls."""

    def __init__(self, folder, seed):
        self.folder, self.dice, self.calls, self.files = folder, random.Random(seed), 0, 0

    def path(self):
        kind = self.dice.random()
        if kind < 0.1:
            return f"/v1/catalogue?page={self.dice.randint(0, 1000)}"
        return "/v1/ping" if kind < 0.3 else f"/v1/orders/ord-{self.dice.randint(0, 99999):05}"

    def fields(self):
        return {"x-api-key": KEY, "accept": "application/json, application/problem+json;q=0.9",
                "accept-language": self.dice.choice(("de-DE,de;q=0.9,en-GB;q=0.8", "en-GB", "fr-FR,fr;q=0.9")),
                "x-client-build": f"partner-gateway/4.18.{self.dice.randint(0, 30)} (release; cluster=eu-central-1)",
                "x-request-id": f"get-{self.dice.getrandbits(64):016x}"}

    def order(self, fields):
        """The file of one, and the fields that go with it."""
        number = self.dice.randint(0, 255)
        file = self.folder / "order" / f"{number:02x}"
        fields |= {"content-type": "application/json",
                   "x-request-id": f"order-{number:02x}-{self.dice.getrandbits(48):012x}"}
        if self.dice.random() < 0.5 and Path(f"{file}.gz").exists():
            file = Path(f"{file}.gz")
            fields["content-encoding"] = "gzip"
        return file

    def new_file(self, text):
        self.files += 1
        file = self.folder / "tmp" / f"calls-{self.files}"
        file.write_text(text, encoding="utf-8")
        return file

    def h2load(self, count, connections, at_once, is_h2, is_post, is_packed):
        fields = self.fields()
        more = ["-d", self.order(fields)] if is_post else []
        if is_packed:
            fields["accept-encoding"] = "gzip, deflate, br"
        paths = ["/v1/orders" if is_post else self.path() for _ in range(min(count, 500))]
        self.calls += count
        for name, value in fields.items():
            more += ["-H", f"{name}: {value}"]
        return ["h2load", "-n", count, "-c", connections, "-m", at_once, "-p", "h2c" if is_h2 else "http/1.1",
                f"--connect-to={H2 if is_h2 else HTTP1}:80", "-i",
                self.new_file("".join(f"http://{HOST}{path}\n" for path in paths)), *more]

    def curl(self, count, is_kept):
        """Each call with bodies of its own; on one connection, or on one each. curl 7.88 cannot keep one of clear
        HTTP/2."""
        calls = []
        for _ in range(count):
            fields, is_post = self.fields(), self.dice.random() < 0.6
            lines = ["silent", "show-error", "fail", 'output = "/dev/null"', f'connect-to = "{HOST}:80:{HTTP1}:80"']
            lines += ["compressed"] if self.dice.random() < 0.5 else []
            if is_post:
                lines.append(f'data-binary = "@{self.order(fields)}"')
            if not is_kept:
                fields["connection"] = "close"
            lines += [f'header = "{name}: {value}"' for name, value in fields.items()]
            lines.append(f'url = "http://{HOST}{"/v1/orders" if is_post else self.path()}"')
            calls.append("\n".join(lines))
        self.calls += count
        return ["curl", "-K", self.new_file("\nnext\n".join(calls) + "\n")]

    def round(self):
        return [
            self.h2load(300, 6, 8, is_h2=True, is_post=False, is_packed=True),
            *(self.h2load(25, 2, 4, is_h2=True, is_post=True, is_packed=i % 2 == 0) for i in range(6)),
            self.h2load(200, 8, 1, is_h2=False, is_post=False, is_packed=False),
            self.h2load(60, 2, 4, is_h2=False, is_post=False, is_packed=True),
            *(self.h2load(25, 2, 1, is_h2=False, is_post=True, is_packed=i % 2 == 0) for i in range(3)),
            self.h2load(40, 40, 1, is_h2=False, is_post=False, is_packed=True),
            *(self.curl(60, is_kept=True) for _ in range(2)),
            self.curl(30, is_kept=False),
        ]


def call(network, partners, folder):
    """One round: all of them at once."""
    clients = []
    try:
        for number, command in enumerate(partners.round()):
            log = folder / f"client-{number}.log"
            with open(log, "wb") as out:
                clients.append((log, subprocess.Popen(network.at(network.partner, *command), stdin=subprocess.DEVNULL,
                                                      stdout=out, stderr=subprocess.STDOUT)))
        for log, client in clients:
            if client.wait(ROUND_S) != 0:
                raise OSError(f"{client.args[4]} ended with {client.returncode}: {log.read_text()[-500:]}")
    finally:
        for _, client in clients:
            if client.poll() is None:
                client.kill()
                client.wait()


@contextlib.contextmanager
def tidy_when_told_to_end():
    """SIGTERM leaves nothing behind either."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def record(folder, capture, bytes_max, seed):
    """How many packets tcpdump did not get, and how many calls were made."""
    partners = Partners(folder, seed)
    (folder / "nginx.conf").write_text(CONF.format(folder=folder, http1=HTTP1, h2=H2, host=HOST), encoding="utf-8")
    (folder / "access.log").unlink(missing_ok=True)
    dump_log = folder / "tcpdump.log"
    dump = ["tcpdump", "-i", "provider0", "-n", "-s", 16384, "-B", RING_KIB, "-Z", "root", "-w", capture, "tcp"]
    end = time.monotonic() + RECORD_S
    with tidy_when_told_to_end(), Network() as network:
        with running(network.at(network.provider, *dump), dump_log, signal.SIGINT):
            wait_for("tcpdump", lambda: b"listening on" in dump_log.read_bytes())
            with running(network.at(network.provider, "nginx", "-c", folder / "nginx.conf", "-g", "daemon off;"),
                         folder / "nginx.log", signal.SIGQUIT):
                wait_for("nginx", (folder / "nginx.pid").exists)
                while capture.stat().st_size < bytes_max and time.monotonic() < end:
                    call(network, partners, folder)
            time.sleep(1)  # tcpdump gets what is still in the ring
    if capture.stat().st_size < bytes_max:
        print(f"bench: real: {capture.stat().st_size / 1e6:.0f} MB in {RECORD_S} s; that must do", file=sys.stderr)
    told = re.findall(r"(\d+) packets? dropped", dump_log.read_text(encoding="utf-8"))
    if not told:
        raise OSError(f"tcpdump: {dump_log.read_text(encoding='utf-8')[-500:]}")
    return sum(map(int, told)), partners.calls


def count_planted(folder, bodies, calls):
    """From the access log, which knows nothing of what the clients counted."""
    planted = {"exchanges": 0, **dict.fromkeys(PLANTED, 0)}
    connections = set()
    with open(folder / "access.log", encoding="utf-8") as lines:
        for line in lines:
            status, answer, order, connection = line.split()
            if status != ("200" if order == "-" else "201"):
                raise OSError(f"nginx answered {status}: {line.strip()}")
            planted["exchanges"] += 1
            connections.add(connection)
            for name in (answer, *([] if order == "-" else [order.replace("-", "/")])):
                for kind in PLANTED:
                    planted[kind] += bodies[name][kind]
    if planted["exchanges"] != calls:
        raise OSError(f"the clients made {calls} calls, nginx answered {planted['exchanges']}")
    return planted | {"connections": len(connections)}


def measure_capture(capture):
    """Packets, and bytes on the wire."""
    packets = size = 0
    data = capture.read_bytes()
    at = 24
    while at + 16 <= len(data):
        taken, on_wire = struct.unpack_from("<8xII", data, at)
        if taken != on_wire:
            raise OSError(f"packet {packets} of the recording is cut")
        at += 16 + taken
        packets += 1
        size += on_wire
    return {"packets": packets, "bytes": size}


def what_makes_it(megabytes, seed):
    """Another recording is made when any of this changes."""
    text = b"".join(file.read_bytes() for file in SOURCES) + f"{megabytes} {seed}".encode()
    return hashlib.sha256(text).hexdigest()


def recording(program, folder, megabytes, seed):
    """The capture, and what was planted in it; kept, and made again only when it would be another one."""
    folder = folder.resolve()
    capture, truth = (folder / f"recorded-{megabytes}.{ending}" for ending in ("pcap", "json"))
    made_of = what_makes_it(megabytes, seed)
    if capture.exists() and truth.exists():
        planted = json.loads(truth.read_text(encoding="utf-8"))
        if planted.pop("made_of") == made_of:
            return capture, planted
    reason = missing()
    if reason is not None:
        sys.exit(f"bench: real: {reason}")
    truth.unlink(missing_ok=True)
    work = folder / "recording"
    for _ in range(TRIES):
        shutil.rmtree(work, ignore_errors=True)
        (work / "tmp").mkdir(parents=True)
        bodies = write_bodies(program, work, seed)
        try:
            dropped, calls = record(work, capture, megabytes * 1000000, seed)
            if dropped == 0:
                planted = count_planted(work, bodies, calls) | measure_capture(capture)
                break
        except (OSError, subprocess.TimeoutExpired) as error:
            sys.exit(f"bench: real: {error} (logs are in {work})")
        print(f"bench: real: tcpdump lost {dropped} packets; recording again", file=sys.stderr)
    else:
        sys.exit(f"bench: real: tcpdump lost packets {TRIES} times; the machine must be quieter")
    shutil.rmtree(work)
    truth.write_text(json.dumps(planted | {"made_of": made_of}), encoding="utf-8")
    return capture, planted
