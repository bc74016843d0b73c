"""Writes the demo's conversations as a pcap file, for machines where they cannot be made for real.

    make_capture.py FILE

The same calls and answers (talk.py), first as a plain mirror port would show them, then inside VXLAN. Times are
fixed, so the file is the same on every run.
"""

import gzip
import json
import socket
import struct
import sys

import talk

START = 1772442000.0  # 2026-03-02 09:00:00 UTC
MSS = 1448
CLIENT_MAC, SERVER_MAC = bytes.fromhex("020000000a01"), bytes.fromhex("020000000a02")
OUTER = ("192.0.2.1", "192.0.2.2")


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, destination, protocol, payload, number):
    """RFC 791, without options."""
    def header(check):
        return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), number & 0xFFFF, 0x4000, 64, protocol, check,
                           socket.inet_aton(source), socket.inet_aton(destination))
    return header(checksum(header(0))) + payload


class Capture:
    def __init__(self, file):
        self.file = file
        self.clock = START
        self.port = 40000
        self.packets = 0
        self.is_vxlan = False
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))

    def frame(self, data, after):
        self.clock += after
        self.packets += 1
        if self.is_vxlan:  # RFC 7348
            vxlan = struct.pack("!II", 0x08000000, talk.VNI << 8) + data
            udp = struct.pack("!HHHH", 49152 + self.port % 16384, 4789, 8 + len(vxlan), 0) + vxlan
            data = SERVER_MAC + CLIENT_MAC + b"\x08\x00" + ipv4(*OUTER, 17, udp, self.packets)
        seconds = int(self.clock)
        micros = int(round((self.clock - seconds) * 1e6))
        self.file.write(struct.pack("<IIII", seconds, min(micros, 999999), len(data), len(data)) + data)


class Connection:
    """One TCP connection, from its handshake on; close() ends it."""

    def __init__(self, capture, address):
        self.capture = capture
        capture.port += 1
        self.ends = [(address, capture.port), (talk.PROVIDER, 80)]
        self.next = [1000 + 7919 * capture.port, 5000 + 104729 * capture.port]
        self.send(0, 0x02, b"", 0.002)
        self.send(1, 0x12, b"", 0.0003)
        self.send(0, 0x10, b"", 0.0002)

    def send(self, side, flags, data, after):
        (source, source_port), (destination, destination_port) = self.ends[side], self.ends[1 - side]
        acknowledged = self.next[1 - side] % 2**32 if flags & 0x10 else 0

        def header(check):
            return struct.pack("!HHIIBBHHH", source_port, destination_port, self.next[side] % 2**32, acknowledged,
                               5 << 4, flags, 64240, check, 0) + data
        segment = header(0)
        pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, 6, len(segment))
        segment = header(checksum(pseudo + segment))
        self.next[side] += len(data) + (1 if flags & 0x03 else 0)
        macs = [SERVER_MAC + CLIENT_MAC, CLIENT_MAC + SERVER_MAC][side]
        frame = macs + b"\x08\x00" + ipv4(source, destination, 6, segment, self.capture.packets)
        self.capture.frame(frame, after)

    def say(self, side, message, after):
        for start in range(0, len(message), MSS):
            self.send(side, 0x18, message[start:start + MSS], after if start == 0 else 0.00002)
        self.send(1 - side, 0x10, b"", 0.00005)

    def close(self):
        self.send(0, 0x11, b"", 0.0005)
        self.send(1, 0x11, b"", 0.0002)
        self.send(0, 0x10, b"", 0.0001)


def request_of(call, authorization):
    agents = {"curl": "curl/7.88.1", "h2load": "h2load nghttp2/1.52.0", "python": "Python-urllib/3.11"}
    head = [f"{call.method} {call.path} HTTP/1.1", f"Host: {talk.HOST}", f"User-Agent: {agents[call.tool]}",
            "Accept: application/json", f"Authorization: {authorization}"]
    body = b""
    if call.tool == "curl":
        head.append("Accept-Encoding: gzip, br")
    if call.body is not None:
        body = json.dumps(call.body).encode()
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def response_of(call):
    status, body = talk.answer_of(call)
    words = {200: "OK", 201: "Created", 204: "No Content"}
    head = [f"HTTP/1.1 {status} {words[status]}", "Server: nginx", "Date: Mon, 02 Mar 2026 09:00:00 GMT",
            "Cache-Control: no-store"]
    if body is None:
        body = b""
    elif call.tool == "curl" and len(body) > 20:
        packed = gzip.compress(body, mtime=0)
        chunks = [packed[start:start + 1000] for start in range(0, len(packed), 1000)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
        head += ["Content-Type: application/json", "Content-Encoding: gzip", "Transfer-Encoding: chunked"]
    else:
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def talk_over(capture, call):
    header = talk.authorization(call.kind, START)
    request, response = request_of(call, header), response_of(call)
    left = call.times
    count = {"curl": call.times, "h2load": talk.CONNECTIONS, "python": 1}[call.tool]
    connections = []
    for _ in range(count):
        connections.append(Connection(capture, talk.ADDRESSES[call.who]))
    while left > 0:
        for connection in connections[:left]:
            connection.say(0, request, 0.001)
            connection.say(1, response, 0.004)
            left -= 1
    for connection in connections:
        connection.close()


def main():
    with open(sys.argv[1], "wb") as file:
        capture = Capture(file)
        for phase in talk.PHASES:
            capture.is_vxlan = phase == "vxlan"
            for call in talk.CALLS:
                talk_over(capture, call)
    print(f"{capture.packets} packets, {talk.exchange_count()} exchanges")


if __name__ == "__main__":
    main()
