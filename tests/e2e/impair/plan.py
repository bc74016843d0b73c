"""What is asked and answered. Every exchange has a path of its own, and the path says what the answer must be:

    /t/TOKEN/STATUS/LENGTH    answered with STATUS, a body of LENGTH bytes, Content-Type application/vnd.TOKEN

So a record whose response belongs to another request is told by its content type, whatever was lost around it. A
request body's length follows from the token too (request_len).
"""
import random

STATUSES = (200, 200, 200, 201, 404, 500)
PROVIDER = "198.51.100.10"
# kind: (share of all exchanges, exchanges of one connection, port)
KINDS = {
    "h1 nginx": (0.25, 200, 8081),
    "h1 pipelined haproxy": (0.20, 200, 8082),
    "h2c haproxy": (0.25, 500, 8082),
    "h2c nginx": (0.20, 500, 8083),
    "curl h1": (0.05, 50, 8082),
    "gRPC h2c": (0.05, 250, 8084),
}
GROUPS = {"HTTP/1": ("h1 nginx", "h1 pipelined haproxy", "curl h1"),
          "HTTP/2": ("h2c haproxy", "h2c nginx", "gRPC h2c")}
INDEPENDENT = ("h1 nginx", "curl h1")  # nothing that was lost before an exchange hides it


def lengths(seed):
    """Body lengths in use: mostly small, some of several packets."""
    chance = random.Random(seed)
    return ([chance.randrange(1, 900) for _ in range(170)] + [chance.randrange(900, 5000) for _ in range(26)] +
            [chance.randrange(5000, 40000) for _ in range(4)])


def connections(count, seed):
    """(kind, [path, ...]) for each connection, in random order."""
    chance, sizes, out, number = random.Random(seed), lengths(seed), [], 0
    for kind, (share, each, _) in KINDS.items():
        wanted = round(count * share)
        while wanted > 0:
            paths = []
            for _ in range(min(each, wanted)):
                status = 200 if kind == "gRPC h2c" else chance.choice(STATUSES)
                length = chance.choice(sizes)
                paths.append(f"/t/k{number:06x}/{status}/{length}")
                number += 1
            wanted -= len(paths)
            out.append((kind, paths))
    chance.shuffle(out)
    return out


def token(path):
    return path.split("/")[2]


def content_type(path):
    return "application/vnd." + token(path)


def request_len(path):
    """Of those that send a body: curl and gRPC."""
    return int(token(path)[1:], 16) % 3000 + 10


def answer(path):
    """(status, body length)"""
    _, _, _, status, length = path.split("/")
    return int(status), int(length)
