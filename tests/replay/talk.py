"""talk: a conversation written as text becomes packets, in several wrappings.

A talk file:

    # what the story shows
    @client 203.0.113.10          who opens the next connections (default 203.0.113.10)
    @server 10.0.0.5:80           whom they reach (default 10.0.0.5:80)
    @args --decrypted             options of specular
    >>>                           client to server; the head gets CRLF, the body is taken as it stands
    GET /orders/1 HTTP/1.1
    Host: api.example.com

    <<<                           server to client
    HTTP/1.1 200 OK
    Content-Length: {{length}}

    {"id": "1"}
    ===                           the connection ends, the next turn opens a new one
    @protocol h2                  the whole talk is said in HTTP/2: see talk_http2.py
    @repeat 3                     the connections since the last @mark (or all so far), three times in all;
                                  {{number}} in them is 1000, 1001, 1002
    @mark                         what is repeated later begins here
    @wait 60                      seconds pass before the next connection opens

    >>> raw                       escapes (\\r \\n \\t \\\\ \\xHH) instead of lines

Macros: {{length}} of the body, {{basic user:password}}, {{jwt key=value ...}} with exp, nbf, iat relative to
the talk's start ("exp=+3600"), alg, kid, jku and typ for the header, everything else as claims (a comma makes a
list). With key=NAME it is signed with the key of that name (sign.py), with secret=TEXT with that secret; {{jwt ...
broken=1}} changes the claims after signing.
"""
import base64
import hashlib
import hmac
import ipaddress
import json
import random
import re
import struct
import zlib
from dataclasses import dataclass, field

START = 1768478400.0  # 2026-01-15 12:00:00 UTC
STEP = 0.001
SEGMENT = 1400
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


@dataclass
class Connection:
    client: str
    client_port: int
    server: str
    server_port: int
    turns: list = field(default_factory=list)  # (is_request, bytes)
    wait: float = 0.0  # seconds before it opens


@dataclass
class Talk:
    title: str
    args: list
    connections: list
    manner: str = "http1"  # or one of talk_http2


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def make_jwt(text):
    header, claims, how = {"typ": "JWT", "alg": "HS256"}, {}, {}
    for part in text.split():
        key, value = part.split("=", 1)
        if key in ("alg", "kid", "jku", "typ"):
            header[key] = value
        elif key in ("key", "secret", "broken"):
            how[key] = value
        elif key in ("exp", "nbf", "iat"):
            claims[key] = int(START) + int(value) if value[0] in "+-" else int(value)
        else:
            claims[key] = value.split(",") if "," in value else value
    head = base64url(json.dumps(header).encode()) + "." + base64url(json.dumps(claims).encode())
    sign = jwt_signature(head.encode(), header["alg"], how)
    if "broken" in how:
        claims["sub"] = "somebody-else"
        head = base64url(json.dumps(header).encode()) + "." + base64url(json.dumps(claims).encode())
    return head + "." + base64url(sign)


def jwt_signature(head, algorithm, how):
    if "key" in how:
        import sign  # needs python3-cryptography, which most stories do without
        return sign.signature(sign.key_of(sign.kind_of(algorithm), how["key"]), algorithm, head)
    if algorithm.lower() == "none":
        return b""
    return hmac.new(how.get("secret", "talk-key").encode(), head, hashlib.sha256).digest()


def expand(text):
    text = re.sub(r"\{\{jwt ([^}]*)\}\}", lambda m: make_jwt(m.group(1)), text)
    return re.sub(r"\{\{basic ([^}]*)\}\}", lambda m: base64.b64encode(m.group(1).encode()).decode(), text)


def message(lines, is_raw):
    if is_raw:
        return "".join(lines).encode().decode("unicode_escape").encode("latin-1")
    head, body = lines, []
    if "" in lines:
        at = lines.index("")
        head, body = lines[:at], lines[at + 1:]
    while body and body[-1] == "":
        body.pop()
    content = expand("\n".join(body)).encode()
    length = len(content.replace(b"{{number}}", b"1000"))
    text = expand("\r\n".join(head)).replace("{{length}}", str(length))
    return text.encode() + b"\r\n\r\n" + content


class Reader:
    def __init__(self):
        self.client, self.server, self.server_port = "203.0.113.10", "10.0.0.5", 80
        self.port, self.connections, self.current, self.args = 40000, [], None, []
        self.manner, self.wait, self.marked = "http1", 0.0, 0

    def turn(self, is_request, data):
        if self.current is None:
            self.port += 1
            self.current = Connection(self.client, self.port, self.server, self.server_port, wait=self.wait)
            self.wait = 0.0
            self.connections.append(self.current)
        self.current.turns.append((is_request, data))

    def directive(self, line):
        word, _, rest = line[1:].partition(" ")
        if word == "client":
            self.client, self.current = rest.strip(), None
        elif word == "server":
            self.server, _, port = rest.strip().rpartition(":")
            self.server_port, self.current = int(port), None
        elif word == "args":
            self.args += rest.split()
        elif word == "protocol":
            self.manner = rest.strip()
        elif word == "wait":
            self.wait, self.current = float(rest), None
        elif word == "repeat":
            self.repeat(int(rest))
        elif word == "mark":
            self.marked, self.current = len(self.connections), None
        elif word == "wait":
            self.wait, self.current = self.wait + float(rest), None
        else:
            raise SystemExit(f"unknown directive: {line}")

    def repeat(self, times):
        again = self.connections[self.marked:]
        self.connections, self.current = self.connections[:self.marked], None
        for i in range(times):
            for one in again:
                self.port += i > 0
                turns = [(is_request, data.replace(b"{{number}}", str(1000 + i).encode()))
                         for is_request, data in one.turns]
                self.connections.append(Connection(one.client, one.client_port if i == 0 else self.port, one.server,
                                                   one.server_port, turns, one.wait))


def read_talk(path):
    reader, title, lines, mark = Reader(), "", [], None

    def flush():
        if mark is not None:
            reader.turn(mark[0], message(lines, mark[1]))

    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line[:3] in (">>>", "<<<", "===") or (line[:1] == "@" and (mark is None or not mark[1])):
                flush()
                mark, lines = None, []
                if line[:3] == "===":
                    reader.current = None
                elif line[:1] == "@":
                    reader.directive(line)
                else:
                    mark = (line[:3] == ">>>", "raw" in line[3:])
            elif mark is None:
                if line.startswith("#") and not title:
                    title = line[1:].strip()
            else:
                lines.append(line)
    flush()
    return Talk(title, reader.args, reader.connections, reader.manner)


@dataclass
class Segment:
    time: float
    src: tuple
    dst: tuple
    seq: int
    ack: int
    flags: int
    data: bytes = b""
    turn: int = 0  # segments of one turn may be shuffled among themselves


def segments_of(talk, size=SEGMENT):
    """The packets of all connections, one after the other."""
    out, now, turn = [], START, 0
    for connection in talk.connections:
        now += connection.wait
        client = (connection.client, connection.client_port)
        server = (connection.server, connection.server_port)
        at = {client: 1000 + connection.client_port, server: 0xFFFFFF00}  # the server's numbers wrap soon

        def put(src, dst, flags, data=b""):
            out.append(Segment(now, src, dst, at[src] & 0xFFFFFFFF, at[dst] & 0xFFFFFFFF, flags, data, turn))
            at[src] += len(data) + (1 if flags & (SYN | FIN) else 0)

        out.append(Segment(now, client, server, at[client], 0, SYN, b"", turn))
        at[client] += 1
        now, turn = now + STEP, turn + 1
        put(server, client, SYN | ACK)
        now, turn = now + STEP, turn + 1
        put(client, server, ACK)
        for is_request, data in connection.turns:
            now, turn = now + STEP, turn + 1
            src, dst = (client, server) if is_request else (server, client)
            for i in range(0, len(data), size):
                put(src, dst, ACK | PSH, data[i:i + size])
            now, turn = now + STEP, turn + 1
            put(dst, src, ACK)
        for src, dst in ((server, client), (client, server)):
            now, turn = now + STEP, turn + 1
            put(src, dst, FIN | ACK)
        now, turn = now + STEP, turn + 1
        put(server, client, ACK)
    return out


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip_packet(src, dst, protocol, payload):
    source, target = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + source.packed + target.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0x4000, 64, protocol, 0)
    head += source.packed + target.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def tcp_packet(segment):
    (src, sport), (dst, dport) = segment.src, segment.dst
    head = struct.pack("!HHIIBBHHH", sport, dport, segment.seq, segment.ack, 5 << 4, segment.flags, 65535, 0, 0)
    pseudo = ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed
    pseudo += struct.pack("!HH", 6, len(head) + len(segment.data))
    total = checksum(pseudo + head + segment.data)
    return ip_packet(src, dst, 6, head[:16] + struct.pack("!H", total) + head[18:] + segment.data)


def ethernet(packet, ethertype=None):
    if ethertype is None:
        ethertype = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return bytes.fromhex("020000000001020000000002") + struct.pack("!H", ethertype) + packet


def vlan(packet, tags=(100,)):
    inner = struct.pack("!H", 0x86DD if packet[0] >> 4 == 6 else 0x0800) + packet
    kinds = [0x88A8] * (len(tags) - 1) + [0x8100]
    for kind, tag in zip(reversed(kinds), reversed(tags)):
        inner = struct.pack("!HH", kind, tag) + inner
    return bytes.fromhex("020000000001020000000002") + inner


def udp(payload, sport, dport):
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def vxlan(packet):
    head = struct.pack("!II", 0x08000000, 42 << 8)
    return ethernet(ip_packet("192.0.2.1", "192.0.2.2", 17, udp(head + ethernet(packet), 55555, 4789)))


def gre(packet):
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return ethernet(ip_packet("192.0.2.1", "192.0.2.2", 47, struct.pack("!HHI", 0x2000, kind, 7) + packet))


def gre_ethernet(packet):
    return ethernet(ip_packet("192.0.2.1", "192.0.2.2", 47, struct.pack("!HH", 0, 0x6558) + ethernet(packet)))


def in_ip(packet, protocol, src="192.0.2.1", dst="192.0.2.2"):
    return ethernet(ip_packet(src, dst, protocol, packet))


def is_ipv6(packet):
    return packet[0] >> 4 == 6


def mpls(packet):
    return ethernet(struct.pack("!II", 16 << 12 | 64, 17 << 12 | 0x100 | 64) + packet, 0x8847)


def mpls_ethernet(packet):
    return ethernet(struct.pack("!II", 17 << 12 | 0x100 | 64, 0) + ethernet(packet), 0x8847)


def pppoe(packet):
    ppp = (b"\0\x57" if is_ipv6(packet) else b"\0\x21") + packet
    return ethernet(struct.pack("!BBHH", 0x11, 0, 9, len(ppp)) + ppp, 0x8864)


def geneve(packet):
    """With one option of 8 bytes, as gateway load balancers send."""
    head = struct.pack("!BBHI", 2, 0, 0x6558, 42 << 8) + struct.pack("!HBBI", 0x0108, 1, 1, 7)
    return in_ip(udp(head + ethernet(packet), 55555, 6081), 17)


def gtp(packet):
    """With the extension that 5G puts there."""
    extension = struct.pack("!HBB", 0, 0, 0x85) + bytes([1, 0, 9, 0])
    head = struct.pack("!BBHI", 0x34, 0xFF, len(extension) + len(packet), 77)
    return in_ip(udp(head + extension + packet, 2152, 2152), 17)


def teredo(packet):
    """Teredo carries IPv6 only: IPv4 travels in that."""
    inner = packet if is_ipv6(packet) else ip_packet("2001:db8::1", "2001:db8::2", 4, packet)
    return in_ip(udp(inner, 40000, 3544), 17)


def erspan2(packet):
    head = struct.pack("!HHI", 0x1000, 0x88BE, 5) + struct.pack("!HHI", 0x1000 | 100, 3, 9)
    return in_ip(head + ethernet(packet), 47)


def erspan3(packet):
    head = struct.pack("!HHI", 0x1000, 0x22EB, 5) + struct.pack("!HHIHH", 0x2000 | 100, 3, 1234, 0, 1) + bytes(8)
    return in_ip(head + ethernet(packet), 47)


def fragment(packet, size):
    """The pieces of one IP packet, the last one first: as long as the rest is missing nothing is known."""
    number = zlib.crc32(packet)
    at, pieces = (40 if is_ipv6(packet) else 20), []
    head, content = packet[:at], packet[at:]
    for i in range(0, len(content), size):
        part, is_last = content[i:i + size], i + size >= len(content)
        if is_ipv6(packet):
            extension = struct.pack("!BBHI", head[6], 0, i | (not is_last), number)
            piece = head[:4] + struct.pack("!HB", len(part) + 8, 44) + head[7:] + extension
        else:
            words = struct.pack("!HHH", 20 + len(part), number & 0xFFFF, i // 8 | (0 if is_last else 0x2000))
            piece = head[:2] + words + head[8:10] + b"\0\0" + head[12:]
            piece = piece[:10] + struct.pack("!H", checksum(piece)) + piece[12:]
        pieces.append(piece + part)
    return pieces[::-1]


def fragments(packet):
    return [ethernet(piece) for piece in fragment(packet, 64)]


def fragments_in_tunnel(packet):
    """Cut inside the tunnel, and the tunnel's own packets cut again."""
    return [ethernet(outer) for inner in fragment(packet, 256) for outer in fragment(vxlan(inner)[14:], 160)]


# Those that every story is told in, and those that a few are.
MORE_WRAPPINGS = {
    "mpls": mpls,
    "mpls_ethernet": mpls_ethernet,
    "pppoe": pppoe,
    "geneve": geneve,
    "gtp": gtp,
    "teredo": teredo,
    "erspan2": erspan2,
    "erspan3": erspan3,
    "ip_in_ip": lambda packet: in_ip(packet, 41 if is_ipv6(packet) else 4),
    "6in4": lambda packet: in_ip(ip_packet("2001:db8::1", "2001:db8::2", 41 if is_ipv6(packet) else 4, packet), 41),
    "fragments": fragments,
    "fragments_in_tunnel": fragments_in_tunnel,
}

WRAPPINGS = {
    "plain": ethernet,
    "vlan": vlan,
    "qinq": lambda packet: vlan(packet, (7, 100)),
    "vxlan": vxlan,
    "gre": gre,
    "gre_ethernet": gre_ethernet,
}


def write_pcap(path, segments, wrap=ethernet):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for segment in segments:
            frames = wrap(tcp_packet(segment))
            micros = round(segment.time * 1e6)
            for frame in frames if isinstance(frames, list) else [frames]:
                file.write(struct.pack("<IIII", micros // 1000000, micros % 1000000, len(frame), len(frame)) + frame)


def shuffled(segments, seed=1):
    """Out of order within each turn: as far as one flight of packets can be."""
    generator, out, turn = random.Random(seed), [], []
    for segment in segments + [None]:
        if turn and (segment is None or segment.turn != turn[0].turn):
            generator.shuffle(turn)
            out += turn
            turn = []
        if segment is not None:
            turn.append(segment)
    return out


def repeated(segments):
    """Every packet twice, as a mirror of two ports gives it."""
    return [segment for segment in segments for _ in range(2)]
