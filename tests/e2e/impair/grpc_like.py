"""A client and a server that talk as gRPC does, over h2c: POST, length-prefixed messages, trailers.

    grpc_like.py serve             on plan.PROVIDER, until it is ended
    grpc_like.py call PATHS_FILE   one connection, sixteen calls at a time
"""
import selectors
import socket
import struct
import sys

import h2.config
import h2.connection
import h2.events

import plan

PORT = plan.KINDS["gRPC h2c"][2]
AT_ONCE = 16


def message(length):
    """A gRPC message that is `length` bytes with its prefix."""
    return struct.pack(">BI", 0, length - 5) + b"m" * (length - 5)


class Talk:
    """One connection; what cannot be sent yet waits for the window."""

    def __init__(self, sock, is_client):
        self.sock, self.waiting = sock, {}
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=is_client, header_encoding="utf-8"))
        self.h2.initiate_connection()

    def send(self, stream, body, trailers=None):
        self.waiting[stream] = [body, trailers]
        self.push(stream)

    def push(self, stream):
        body, trailers = self.waiting[stream]
        while body:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if room <= 0:
                self.waiting[stream][0] = body
                return
            is_last = trailers is None and len(body) <= room
            self.h2.send_data(stream, body[:room], end_stream=is_last)
            body = body[room:]
        if trailers is not None:
            self.h2.send_headers(stream, trailers, end_stream=True)
        del self.waiting[stream]

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def read(self):
        data = self.sock.recv(65536)
        if not data:
            return None
        events = self.h2.receive_data(data)
        for event in events:
            if isinstance(event, h2.events.DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        for stream in list(self.waiting):
            self.push(stream)
        return events


def answer(talk, stream, path):
    status, length = plan.answer(path)
    talk.h2.send_headers(stream, [(":status", str(status)), ("content-type", plan.content_type(path))])
    talk.send(stream, message(max(length, 5)), [("grpc-status", "0"), ("grpc-message", plan.token(path))])


def serve():
    choose = selectors.DefaultSelector()
    listener = socket.create_server((plan.PROVIDER, PORT), backlog=64)
    choose.register(listener, selectors.EVENT_READ, None)
    while True:
        for key, _ in choose.select():
            if key.data is None:
                sock, _ = listener.accept()
                talk = Talk(sock, False)
                talk.paths = {}
                talk.flush()
                choose.register(sock, selectors.EVENT_READ, talk)
                continue
            talk = key.data
            events = talk.read()
            for event in events or []:
                if isinstance(event, h2.events.RequestReceived):
                    talk.paths[event.stream_id] = dict(event.headers)[":path"]
                elif isinstance(event, h2.events.StreamEnded):
                    answer(talk, event.stream_id, talk.paths.pop(event.stream_id))
            if events is None:
                choose.unregister(talk.sock)
                talk.sock.close()
            else:
                talk.flush()


def call(paths):
    sock = socket.create_connection((plan.PROVIDER, PORT), timeout=30)
    talk, left, open_count = Talk(sock, True), list(reversed(paths)), 0
    while left or open_count:
        while left and open_count < AT_ONCE:
            path, stream = left.pop(), talk.h2.get_next_available_stream_id()
            talk.h2.send_headers(stream, [(":method", "POST"), (":scheme", "http"), (":path", path),
                                          (":authority", plan.PROVIDER), ("content-type", plan.content_type(path)),
                                          ("te", "trailers"), ("x-token", plan.token(path))])
            talk.send(stream, message(plan.request_len(path)))
            open_count += 1
        talk.flush()
        events = talk.read()
        if events is None:
            sys.exit("grpc_like: the server closed")
        open_count -= sum(isinstance(event, h2.events.StreamEnded) for event in events)
    talk.h2.close_connection()
    talk.flush()
    sock.close()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        with open(sys.argv[2], encoding="utf-8") as file:
            call(file.read().split())
