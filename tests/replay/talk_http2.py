"""talk_http2: the same conversation, said in HTTP/2.

What a talk says in HTTP/1 is read here and said again with a real HPACK encoder (python3-hpack): three manners:

    h2        prior knowledge, one exchange after the other, as few frames as possible
    h2-odd    prior knowledge, and everything that RFC 9113 allows: waves of requests whose answers stand among one
              another, padding, priorities, CONTINUATION, DATA in small and empty frames, frames of other kinds in
              between, header tables of 0 to 64 KiB that change on the way, an interim answer before each one, and
              a long body in one frame
    h2c       the first request is HTTP/1 with "Upgrade: h2c", its answer stream 1 (RFC 7540 section 3.2)

A talk that begins with "@protocol h2" (or h2-odd, h2c) is told in that manner in the first place.
"""
import random
import struct
from dataclasses import dataclass, replace

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 1, 1, 4, 8, 32
TABLE_SIZE, MAX_FRAME_SIZE = 1, 5
WAVE = 3
HOP_BY_HOP = (b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade", b"http2-settings")


@dataclass
class Message:
    start: bytes
    fields: list  # (name in lower case, value)
    body: bytes
    turn: int  # in which its last byte was said
    raw_head: bytes
    trailers: list

    def field(self, name):
        return next((value for other, value in self.fields if other == name), None)

    def status(self):
        return int(self.start.split(b" ")[1])


def fields_of(lines):
    out = []
    for line in lines:
        name, _, value = line.partition(b":")
        out.append((name.strip().lower(), value.strip()))
    return out


def chunked_body(text):
    """Body, trailers and what is behind them; None where it is not whole."""
    body = b""
    while True:
        line, _, text = text.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        body, text = body + text[:size], text[size + 2:]
    trailers = []
    while not text.startswith(b"\r\n"):
        line, _, text = text.partition(b"\r\n")
        trailers.append(line)
    return body, fields_of(trailers), text[2:]


def message_of(text, is_bodiless, is_request):
    head, _, rest = text.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    message = Message(lines[0], fields_of(lines[1:]), b"", 0, head + b"\r\n\r\n", [])
    length, coding = message.field(b"content-length"), message.field(b"transfer-encoding")
    if is_bodiless:
        return message, rest
    if coding:
        message.body, message.trailers, rest = chunked_body(rest)
    elif length is not None:
        message.body, rest = rest[:int(length)], rest[int(length):]
    elif not is_request:
        message.body, rest = rest, b""
    return message, rest


def turn_at(turns, is_request, offset):
    """In which turn the byte before `offset` of that direction was said."""
    for i, (other, data) in enumerate(turns):
        if other == is_request:
            if offset <= len(data):
                return i
            offset -= len(data)
    return len(turns)


def exchanges_of(connection):
    """(request, its answers: 1xx and the last one) of a connection that is told in HTTP/1."""
    texts = [b"".join(data for is_request, data in connection.turns if is_request == side) for side in (True, False)]
    requests, out, left = [], [], texts[0]
    while left:
        request, left = message_of(left, False, True)
        request.turn = turn_at(connection.turns, True, len(texts[0]) - len(left))
        requests.append(request)
    left = texts[1]
    for request in requests:
        answers = []
        while left and (not answers or answers[-1].status() < 200):
            status = int(left.split(b" ", 2)[1])
            is_bodiless = request.start.startswith(b"HEAD ") or status < 200 or status in (204, 304)
            answer, left = message_of(left, is_bodiless, False)
            answers.append(answer)
        out.append((request, answers))
    return out


class Side:
    """One direction: its header table and its frames."""

    def __init__(self, generator):
        self.encoder, self.out, self.generator = hpack.Encoder(), b"", generator

    def frame(self, kind, flags, stream, payload=b""):
        self.out += struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload

    def settings(self, **values):
        numbers = {"table": TABLE_SIZE, "frame": MAX_FRAME_SIZE}
        self.frame(SETTINGS, 0, 0, b"".join(struct.pack("!HI", numbers[key], x) for key, x in values.items()))

    def take(self):
        out, self.out = self.out, b""
        return out

    def block(self, fields):
        return self.encoder.encode([(name, value) for name, value in fields])


class Plain(Side):
    """The shortest way to say it."""

    def head(self, stream, fields, is_last):
        self.frame(HEADERS, END_HEADERS | (END_STREAM if is_last else 0), stream, self.block(fields))

    def pieces(self, body):
        return [body[i:i + 16384] for i in range(0, len(body), 16384)]

    def data(self, stream, part, is_last):
        self.frame(DATA, END_STREAM if is_last else 0, stream, part)

    def other(self, stream):
        pass

    def interim(self, stream):
        pass


class Odd(Plain):
    """Everything that is allowed."""

    def padded(self, payload):
        length = self.generator.choice((0, 1, 17, 255))
        return bytes([length]) + payload + bytes(length)

    def head(self, stream, fields, is_last):
        block = self.block(fields)
        cut = self.generator.randrange(len(block) + 1)
        flags = PADDED | WITH_PRIORITY | (END_STREAM if is_last else 0)
        self.frame(HEADERS, flags, stream, self.padded(struct.pack("!IB", 1 << 31 | (stream - 1), 200) + block[:cut])
                   if self.generator.random() < 0.9 else self.padded(struct.pack("!IB", 0, 0) + block[:cut]))
        rest = block[cut:]
        while len(rest) > 20 and self.generator.random() < 0.8:
            length = self.generator.randrange(20)
            self.frame(CONTINUATION, 0, stream, rest[:length])
            rest = rest[length:]
        self.frame(CONTINUATION, END_HEADERS, stream, rest)

    def pieces(self, body):
        out = []
        while body and len(body) < 100000:
            length = self.generator.randrange(60)
            out.append(body[:length])
            body = body[length:]
        return out + [body, b""]  # a long one goes as one frame

    def data(self, stream, part, is_last):
        if len(part) > 16384 or self.generator.random() < 0.5:
            self.frame(DATA, END_STREAM if is_last else 0, stream, part)
        else:
            self.frame(DATA, PADDED | (END_STREAM if is_last else 0), stream, self.padded(part))

    def other(self, stream):
        kind = self.generator.randrange(5)
        if kind == 0:
            self.frame(PING, 0, 0, b"12345678")
        elif kind == 1:
            self.frame(WINDOW_UPDATE, 0, stream, struct.pack("!I", 1000))
        elif kind == 2:
            self.frame(PRIORITY, 0, stream, struct.pack("!IB", 0, 7))
        elif kind == 3:
            self.frame(0xF7, 0xFF, stream, b"of a kind that nobody knows")

    def interim(self, stream):
        self.head(stream, [(b":status", b"103"), (b"link", b"</style.css>; rel=preload")], False)


def request_fields(request, scheme):
    method, target, _ = request.start.split(b" ")
    out = [(b":method", method), (b":scheme", scheme), (b":path", target)]
    if request.field(b"host") is not None:
        out.append((b":authority", request.field(b"host")))
    return out + [x for x in request.fields if x[0] not in HOP_BY_HOP + (b"host",)]


def response_fields(response):
    return [(b":status", b"%d" % response.status())] + [x for x in response.fields if x[0] not in HOP_BY_HOP]


def say(side, streams, fields_of_message):
    """Several messages at once: (stream, message). Their heads first, then their bodies in turns."""
    left = []
    for stream, message in streams:
        pieces = side.pieces(message.body) if message.body else []
        side.head(stream, fields_of_message(message), not pieces and not message.trailers)
        side.other(stream)
        if pieces or message.trailers:
            left.append((stream, message, pieces))
    while left:
        going = []
        for stream, message, pieces in left:
            if pieces:
                part = pieces.pop(0)
                side.data(stream, part, not pieces and not message.trailers)
                side.other(stream)
            if pieces:
                going.append((stream, message, pieces))
            elif message.trailers:
                side.head(stream, message.trailers, True)
        left = going


class Saying:
    """One connection, said in HTTP/2."""

    def __init__(self, manner, scheme, seed):
        kind = Odd if manner == "h2-odd" else Plain
        self.manner, self.scheme, self.turns = manner, scheme, []
        self.client, self.server = kind(random.Random(seed)), kind(random.Random(seed + 1))
        self.next_stream = 1

    def both(self, client_first=True):
        """What the two have to say becomes turns."""
        for side in (self.client, self.server) if client_first else (self.server, self.client):
            data = side.take()
            if data:
                self.turns.append((side is self.client, data))

    def begin(self):
        self.client.out += PREFACE
        if self.manner == "h2-odd":
            self.client.settings(table=65536, frame=(1 << 24) - 1)
            self.server.settings(table=0, frame=(1 << 24) - 1)
        else:
            self.client.settings()
            self.server.settings()
        self.both()
        self.client.frame(SETTINGS, ACK, 0)
        self.server.frame(SETTINGS, ACK, 0)
        if self.manner == "h2-odd":
            self.client.encoder.header_table_size = 0
            self.server.encoder.header_table_size = 65536

    def resize(self, number):
        """The server changes its mind: its SETTINGS, the client's ACK, then a block that begins with the new size."""
        size = (4096, 0, 65536, 100)[number % 4]
        self.server.settings(table=size)
        self.both()
        self.client.frame(SETTINGS, ACK, 0)
        self.client.encoder.header_table_size = size

    def ask(self, exchanges):
        out = []
        for request, answers in exchanges:
            out.append((self.next_stream, request, answers))
            self.next_stream += 2
        return out

    def wave(self, asked):
        requests = [(stream, request) for stream, request, _ in asked if request is not None]
        if requests:
            say(self.client, requests, lambda request: request_fields(request, self.scheme))
        self.both()
        finals = []
        for stream, _, answers in asked:
            for answer in answers[:-1]:
                self.server.head(stream, response_fields(answer), False)
            if answers:
                self.server.interim(stream)
                finals.append((stream, answers[-1]))
        say(self.server, finals, response_fields)
        self.both()

    def end(self):
        self.server.frame(GOAWAY, 0, 0, struct.pack("!II", self.next_stream, 0))
        self.both(False)


def upgrade(saying, exchange):
    """The first request stays HTTP/1 and asks for HTTP/2."""
    request, answers = exchange
    lines = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAABAA\r\n\r\n"
    body = request.body if request.field(b"transfer-encoding") is None else None
    if body is None:
        raise ValueError("a chunked request cannot ask for an upgrade here")
    saying.turns.append((True, request.raw_head[:-2] + lines + body))
    switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    saying.server.settings()
    saying.turns.append((False, switch + saying.server.take()))
    saying.client.out += PREFACE
    saying.client.settings()
    saying.client.frame(SETTINGS, ACK, 0)
    saying.server.frame(SETTINGS, ACK, 0)
    saying.next_stream = 3
    saying.wave([(1, None, answers)])


def connection_in(connection, manner, scheme, seed):
    exchanges = exchanges_of(connection)
    saying = Saying(manner, scheme, seed)
    wave = 1 if manner == "h2" else WAVE
    if manner == "h2c":
        upgrade(saying, exchanges.pop(0))
    else:
        saying.begin()
    for number, i in enumerate(range(0, len(exchanges), wave)):
        saying.wave(saying.ask(exchanges[i:i + wave]))
        if manner == "h2-odd":
            saying.resize(number)
    saying.end()
    return replace(connection, turns=saying.turns)


def talk_in(talk, manner):
    """The whole talk in another manner."""
    if manner == "http1":
        return talk
    scheme = b"https" if "--decrypted" in talk.args else b"http"
    connections = [connection_in(x, manner, scheme, i) for i, x in enumerate(talk.connections)]
    return replace(talk, connections=connections, manner=manner)
