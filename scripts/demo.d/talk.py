"""What the demo's partners ask and what its provider answers: one table for the live run and for the capture.

Phase by phase the same calls are made: ANSWERS is the provider, CALLS what is asked of it. Whatever should be
found is marked there; everything else keeps the contracts.
"""

import base64
import collections
import hashlib
import hmac
import json

HOST = "api.parcel.example"
PROVIDER = "198.51.100.10"
ADDRESSES = {"acme": "203.0.113.10", "borealis": "203.0.113.130"}
PHASES = ["plain", "vxlan"]
VNI = 42

# Made up, and never to be seen in a record.
SSN = "536-22-8145"
CARD = "4853920177364584"
MEMBER = "AC48210056"
PASSWORDS = {"acme-legacy": "Nv7-barge-quill-40Xr", "borealis": "pT9-cedar-anvil-63Kd"}
TOKEN_KEY = b"b7d1f0c59e6a4a0fb2c8356de0174c9b81e5aa37"


def token(now, lifetime, issued_ago):
    """A JWT as the identity service gives it to Acme (RFC 7519, HS256)."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    issued = int(now) - issued_ago
    claims = {"iss": "https://ias.parcel.example", "aud": "parcel-api", "sub": "acme-prod", "azp": "acme-prod",
              "scope": "orders.read orders.write shipments.read", "iat": issued, "exp": issued + lifetime}
    signed = ".".join(part(json.dumps(piece, separators=(",", ":")).encode())
                      for piece in ({"alg": "HS256", "typ": "JWT"}, claims))
    return signed + "." + part(hmac.new(TOKEN_KEY, signed.encode(), hashlib.sha256).digest())


def authorization(kind, now):
    if kind == "bearer":
        return "Bearer " + token(now, lifetime=1800, issued_ago=60)
    if kind == "expired":
        return "Bearer " + token(now, lifetime=1800, issued_ago=7200)
    return "Basic " + base64.b64encode(f"{kind}:{PASSWORDS[kind]}".encode()).decode()


def secrets():
    """All that no record may hold; every token begins with the same letters."""
    basic = [authorization(user, 0).split()[1] for user in PASSWORDS]
    return [SSN, SSN.replace("-", ""), CARD, MEMBER, *PASSWORDS.values(), *basic, token(0, 0, 0)[:12]]


def order(number, **changes):
    known = {"id": f"ord-{number}", "status": "open", "sku": f"PALLET-{number % 7}", "quantity": 1 + number % 4,
             "weightGrams": 1200 + number % 900, "contactEmail": f"dock{number % 9}@acme.example",
             "created": "2026-03-02T09:15:00Z"}
    return {**known, **changes}


EVENT = {"code": "in_transit", "hub": "HAM-2", "at": "2026-03-02T11:40:00Z"}
ORDERS = "/orders/v1/orders"
SHIPMENTS = "/shipments/v2/shipments"
TRACKING = "/shipments/v2/tracking"

# (method, path) -> status and body; None is no body.
ANSWERS = {
    ("GET", ORDERS): (200, {"orders": [order(10001 + number) for number in range(60)]}),
    ("POST", ORDERS): (201, order(10400)),
    ("GET", ORDERS + "/ord-10001"): (200, order(10001)),
    ("DELETE", ORDERS + "/ord-10001"): (204, None),
    ("GET", ORDERS + "/ord-10077"): (200, order(10077, paymentReference="paid with " + CARD)),
    ("GET", ORDERS + "/ord-10099"): (200, order(10099, weightGrams="12.5 kg")),
    ("GET", "/orders/v1/internal/export"): (200, {"rows": 1204}),
    ("GET", SHIPMENTS + "/SHP-2001"): (200, {"id": "SHP-2001", "status": "in_transit", "parcels": 3, "notes": None}),
    ("GET", SHIPMENTS + "/SHP-2001/events"): (200, [EVENT, {**EVENT, "code": "out_for_delivery", "hub": None}]),
    ("GET", SHIPMENTS + "/SHP-2002"): (200, {"id": "SHP-2002", "status": "delivered", "parcels": 1,
                                             "notes": f"Picked up by its recipient, SSN {SSN}."}),
    ("GET", SHIPMENTS + "/SHP-2003"): (200, {"id": "SHP-2003", "status": "accepted", "parcels": 2,
                                             "customerReference": "member " + MEMBER}),
    ("GET", TRACKING + "/TRK-7F3K-2201"): (200, EVENT),
}

# who calls; with which authorization; with what (h2load, python: all over one connection or a few; curl: one
# connection a call); how often in each phase.
Call = collections.namedtuple("Call", "who kind tool method path times body", defaults=[None])

NEW_ORDER = {"sku": "PALLET-3", "quantity": 2, "weightGrams": 1800, "contactEmail": "dock4@acme.example"}

CALLS = [
    # Conforming traffic: nothing of this may be found.
    Call("acme", "bearer", "h2load", "GET", ORDERS + "/ord-10001", 200),
    Call("acme", "bearer", "h2load", "GET", TRACKING + "/TRK-7F3K-2201", 100),
    Call("acme", "bearer", "python", "GET", ORDERS + "?status=open&limit=60", 10),
    Call("acme", "bearer", "python", "POST", ORDERS, 10, NEW_ORDER),
    Call("acme", "bearer", "python", "GET", SHIPMENTS + "/SHP-2001", 10),
    Call("acme", "bearer", "curl", "GET", ORDERS + "?limit=60", 3),
    Call("borealis", "borealis", "python", "GET", SHIPMENTS + "/SHP-2001/events", 10),
    Call("borealis", "borealis", "curl", "GET", TRACKING + "/TRK-7F3K-2201", 5),
    # A path that no contract has, and a method that the path does not have.
    Call("acme", "bearer", "curl", "GET", "/orders/v1/internal/export", 2),
    Call("acme", "bearer", "curl", "DELETE", ORDERS + "/ord-10001", 1),
    # Basic where OAuth2 was agreed, and a token that had expired: both were served.
    Call("acme", "acme-legacy", "curl", "GET", ORDERS + "/ord-10001", 3),
    Call("acme", "expired", "curl", "GET", ORDERS + "/ord-10001", 2),
    # Responses that tell too much: a social security number, a card number, Acme's own member number.
    Call("borealis", "borealis", "curl", "GET", SHIPMENTS + "/SHP-2002", 1),
    Call("acme", "bearer", "curl", "GET", ORDERS + "/ord-10077", 2),
    Call("acme", "bearer", "python", "GET", SHIPMENTS + "/SHP-2003", 3),
    # A response that breaks its schema.
    Call("acme", "bearer", "curl", "GET", ORDERS + "/ord-10099", 1),
]

CONNECTIONS = 4  # of h2load


def exchange_count():
    return len(PHASES) * sum(call.times for call in CALLS)


def answer_of(call):
    status, body = ANSWERS[(call.method, call.path.partition("?")[0])]
    return status, None if body is None else json.dumps(body, separators=(",", ":")).encode()
