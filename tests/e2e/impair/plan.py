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
