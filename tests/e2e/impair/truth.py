"""What was on the wire before the impairer, read from its capture alone, by other means than the sensor's: the
exchanges of each connection with the byte ranges that they took, and which bytes never reached the sensor.
"""
import bisect
import dataclasses
import re
import struct

import hpack

import plan

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, CONTINUATION = 0, 1, 9
END_HEADERS, PADDED, PRIORITY = 4, 8, 32


@dataclasses.dataclass
class Exchange:
    connection: tuple  # (client address, client port, server port)
    path: str
    method: str = ""
    status: int = 0
    content_type: str = ""
    request_len: int = 0
    response_len: int = 0
    ranges: tuple = ((), ())  # by direction: [(start, end)]
    heads: tuple = (0, 0)     # by direction: where its first header block starts


class Direction:
    def __init__(self):
        self.base, self.data, self.segments = None, bytearray(), []
        self.passed, self.lost = [], []

    def take(self, seq, payload, is_lost):
        start = (seq - self.base) & 0xffffffff
        if start > 1 << 31 or not payload:
            return
        end = start + len(payload)
        self.data += bytes(max(0, end - len(self.data)))
        self.data[start:end] = payload
        (self.lost if is_lost else self.passed).append((start, end))

    def close(self):
        """Keeps in self.lost what no other segment brought."""
        passed, out = sorted(self.passed), []
        for start, end in sorted(self.lost):
            for low, high in passed:
                if high <= start or low >= end:
                    continue
                if low > start:
                    out.append((start, low))
                start = max(start, high)
            if start < end:
                out.append((start, end))
        self.lost = out
        self.starts = [start for start, _ in out]

    def is_lost(self, start, end):
        """Is any of these bytes lost?"""
        at = bisect.bisect_left(self.starts, end)
        return at > 0 and self.lost[at - 1][1] > start


def packets(capture):
    with open(capture, "rb") as file:
        file.read(24)
        number = 0
        while len(head := file.read(16)) == 16:
            yield number, file.read(struct.unpack("<4I", head)[2])
            number += 1


def read_connections(capture, log):
    with open(log, encoding="utf-8") as file:
        lost = {int(line.split()[1]) for line in file if line.startswith("lost ")}
    found = {}
    ports = {port for _, _, port in plan.KINDS.values()}
    for number, frame in packets(capture):
        if frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        tcp = 14 + (frame[14] & 15) * 4
        source, target, seq = struct.unpack_from(">HHI", frame, tcp)
        end = 14 + struct.unpack_from(">H", frame, 16)[0]
        payload, flags = frame[tcp + (frame[tcp + 12] >> 4) * 4:end], frame[tcp + 13]
        direction = 0 if target in ports else 1
        if direction == 1 and source not in ports:
            continue
        addresses = frame[26:30], frame[30:34]
        key = (".".join(map(str, addresses[direction])), (source, target)[direction], (target, source)[direction])
        if flags & 0x12 == 2 and key in found and found[key][0].data:
            raise SystemExit(f"truth: the ports of {key} were used twice")
        sides = found.setdefault(key, (Direction(), Direction()))
        if flags & 2:
            sides[direction].base = (seq + 1) & 0xffffffff
        elif sides[direction].base is not None:
            sides[direction].take(seq, payload, number in lost)
    for sides in found.values():
        for side in sides:
            side.close()
    return found


# -- HTTP/1 ----------------------------------------------------------------------------------------------------------

def http1_messages(data):
    """(start line, fields, body length, start, end, end of the head) of each."""
    at = 0
    while at < len(data):
        end = data.find(b"\r\n\r\n", at)
        if end < 0:
            return
        lines = bytes(data[at:end]).decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        start, body = at, end + 4
        at = body
        length = int(fields.get("content-length", 0))
        if fields.get("transfer-encoding") == "chunked":
            while True:
                line = data.find(b"\r\n", at)
                size = int(data[at:line], 16)
                at = line + 2 + size + 2
                length += size
                if size == 0:
                    break
        else:
            at += length
        if lines[0].startswith("HTTP/1.1 100"):
            continue
        yield lines[0], fields, length, start, at, body


def read_http1(key, sides):
    asked, answered = (list(http1_messages(side.data)) for side in sides)
    for side, messages in zip(sides, (asked, answered)):
        side.blocks = [(start, body) for _, _, _, start, _, body in messages]
    for request, response in zip(asked, answered, strict=True):
        method, path, _ = request[0].split(" ")
        yield Exchange(key, path, method, int(response[0].split(" ")[1]), response[1].get("content-type", ""), request[2],
                       response[2], ([request[3:5]], [response[3:5]]), (request[3], response[3]))


# -- HTTP/2 ----------------------------------------------------------------------------------------------------------

def frames(data, at):
    while at + 9 <= len(data):
        length = int.from_bytes(data[at:at + 3], "big")
        yield data[at + 3], data[at + 4], int.from_bytes(data[at + 5:at + 9], "big"), at, at + 9 + length
        at += 9 + length


def read_side(data, at):
    """Streams: number -> [fields, body length, ranges, start of the first block]; and the ranges of all blocks."""
    streams, blocks, decoder, block = {}, [], hpack.Decoder(), b""
    decoder.max_allowed_table_size = 65536
    for kind, flags, number, start, end in frames(data, at):
        if kind not in (DATA, HEADERS, CONTINUATION):  # says nothing of the exchange
            continue
        stream = streams.setdefault(number, [{}, 0, [], start])
        stream[2].append((start, end))
        payload = bytes(data[start + 9:end])
        if kind in (DATA, HEADERS) and flags & PADDED:
            payload = payload[1:len(payload) - payload[0]]
        if kind == HEADERS and flags & PRIORITY:
            payload = payload[5:]
        if kind == DATA:
            stream[1] += len(payload)
        if kind in (HEADERS, CONTINUATION):
            blocks.append((start, end))
            block += payload
            if flags & END_HEADERS:
                stream[0].update((name, value) for name, value in decoder.decode(block) if name not in stream[0])
                block = b""
    return streams, blocks


def read_http2(key, sides):
    asked, sides[0].blocks = read_side(sides[0].data, len(PREFACE))
    answered, sides[1].blocks = read_side(sides[1].data, 0)
    for number, (fields, length, ranges, start) in asked.items():
        if ":path" not in fields or number not in answered:
            continue
        response = answered[number]
        yield Exchange(key, fields[":path"], fields[":method"], int(response[0].get(":status", 0)),
                       response[0].get("content-type", ""), length, response[1], (ranges, response[2]),
                       (start, response[3]))


def read(capture, log):
    """All exchanges, and the sides of each connection."""
    found = read_connections(capture, log)
    exchanges = []
    for key, sides in found.items():
        if not sides[0].data:
            continue
        is_http2 = sides[0].data.startswith(PREFACE)
        exchanges += (read_http2 if is_http2 else read_http1)(key, sides)
        for side in sides:
            side.is_http2 = is_http2
    return exchanges, found


def token_of(content_type):
    match = re.match(r"application/vnd\.(k[0-9a-f]{6})$", content_type or "")
    return match.group(1) if match else None
