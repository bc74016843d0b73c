"""Writes the schemas and bodies of the benchmark into a folder: NAME.schema.json and NAME.bodies.ndjson.

    python3 tests/bench/schema/make.py FOLDER

Three shapes that partners send: an order of about 2 KB, tracking of about 8 KB with oneOf events, a catalogue of
about 20 KB. All bodies fit. The same seed always gives the same bytes.
"""

import json
import pathlib
import random
import sys

RANDOM = random.Random(7)


def words(low, high):
    letters = "abcdefghijklmnopqrstuvwxyz "
    return "".join(RANDOM.choice(letters) for _ in range(RANDOM.randint(low, high))).strip() or "x"


def string(**more):
    return {"type": "string", **more}


def table(properties, required=None, closed=True):
    out = {"type": "object", "properties": properties, "required": required or list(properties)}
    if closed:
        out["additionalProperties"] = False
    return out


COUNTRIES = ["DE", "FR", "GB", "US", "PL", "NL", "BE", "AT", "CH", "IT", "ES", "DK", "SE", "NO", "FI", "CZ"]
ADDRESS = table({
    "name": string(minLength=1, maxLength=80), "street": string(minLength=1, maxLength=120),
    "houseNumber": string(maxLength=10), "postalCode": string(pattern="^[A-Z0-9 -]{3,10}$"),
    "city": string(minLength=1, maxLength=60), "country": string(enum=COUNTRIES),
    "email": string(maxLength=120), "phone": string(pattern="^\\+[0-9]{6,15}$")})
MONEY = table({"amount": {"type": "number", "minimum": 0}, "currency": string(enum=["EUR", "USD", "GBP", "PLN"])})
PARCEL = table({
    "id": string(pattern="^[A-Z]{2}[0-9]{9}$"), "weightGrams": {"type": "integer", "minimum": 1, "maximum": 70000},
    "lengthCm": {"type": "number", "minimum": 0}, "widthCm": {"type": "number", "minimum": 0},
    "heightCm": {"type": "number", "minimum": 0}, "fragile": {"type": "boolean"},
    "value": {"$ref": "#/definitions/money"}, "contents": {"type": "array", "items": string(maxLength=60)}})
EVENTS = [
    table({"kind": string(enum=[kind]), "time": string(minLength=20, maxLength=30),
           "site": string(maxLength=60), extra: {"type": kind_type}})
    for kind, extra, kind_type in (("scan", "device", "string"), ("delay", "minutes", "integer"),
                                   ("delivery", "signed", "boolean"))]


def address():
    return {"name": words(8, 30), "street": words(8, 30), "houseNumber": str(RANDOM.randint(1, 300)),
            "postalCode": str(RANDOM.randint(10000, 99999)), "city": words(5, 20),
            "country": RANDOM.choice(COUNTRIES), "email": words(5, 12).replace(" ", "") + "@example.com",
            "phone": "+49" + str(RANDOM.randint(10**8, 10**9))}


def parcel():
    return {"id": "PX" + str(RANDOM.randint(10**8, 10**9 - 1)), "weightGrams": RANDOM.randint(100, 30000),
            "lengthCm": RANDOM.randint(5, 120), "widthCm": RANDOM.randint(5, 80) + 0.5,
            "heightCm": RANDOM.randint(5, 80), "fragile": RANDOM.random() < 0.3,
            "value": {"amount": RANDOM.randint(100, 90000) / 100, "currency": "EUR"},
            "contents": [words(5, 40) for _ in range(RANDOM.randint(1, 3))]}


def event():
    kind = RANDOM.choice(["scan", "delay", "delivery"])
    extra = {"scan": ("device", words(5, 12)), "delay": ("minutes", RANDOM.randint(1, 600)),
             "delivery": ("signed", True)}[kind]
    return {"kind": kind, "time": "2026-03-%02dT%02d:15:00Z" % (RANDOM.randint(1, 28), RANDOM.randint(0, 23)),
            "site": words(8, 30), extra[0]: extra[1]}


def order():
    return {"reference": "ORD-%08d" % RANDOM.randint(0, 10**8 - 1), "service": "EXPRESS", "shipper": address(),
            "receiver": address(), "parcels": [parcel() for _ in range(5)], "insured": True,
            "notes": words(20, 100)}


def tracking():
    return {"shipments": [{"id": "SH%010d" % RANDOM.randint(0, 10**10 - 1), "receiver": address(),
                           "events": [event() for _ in range(8)]} for _ in range(8)]}


def catalogue():
    return {"page": 1, "total": 4711, "items": [
        {"sku": "SKU-%06d" % RANDOM.randint(0, 10**6 - 1), "title": words(20, 60), "description": words(40, 120),
         "price": {"amount": RANDOM.randint(100, 90000) / 100, "currency": "USD"},
         "stock": RANDOM.randint(0, 10000), "tags": [words(4, 10) for _ in range(4)],
         "active": True, "weight": RANDOM.randint(10, 9999)} for _ in range(60)]}


DEFINITIONS = {"address": ADDRESS, "money": MONEY, "parcel": PARCEL}
SHAPES = {
    "order": (table({
        "reference": string(pattern="^ORD-[0-9]{8}$"), "service": string(enum=["EXPRESS", "STANDARD", "ECONOMY"]),
        "shipper": {"$ref": "#/definitions/address"}, "receiver": {"$ref": "#/definitions/address"},
        "parcels": {"type": "array", "minItems": 1, "maxItems": 99, "items": {"$ref": "#/definitions/parcel"}},
        "insured": {"type": "boolean"}, "notes": string(maxLength=500)}), order),
    "tracking": (table({"shipments": {"type": "array", "items": table({
        "id": string(pattern="^SH[0-9]{10}$"), "receiver": {"$ref": "#/definitions/address"},
        "events": {"type": "array", "items": {"oneOf": EVENTS}}})}}), tracking),
    "catalogue": (table({
        "page": {"type": "integer", "minimum": 1}, "total": {"type": "integer", "minimum": 0},
        "items": {"type": "array", "items": table({
            "sku": string(pattern="^SKU-[0-9]{6}$"), "title": string(maxLength=120),
            "description": string(maxLength=400), "price": {"$ref": "#/definitions/money"},
            "stock": {"type": "integer", "minimum": 0},
            "tags": {"type": "array", "items": string(maxLength=30), "maxItems": 20},
            "active": {"type": "boolean"}, "weight": {"type": "integer", "minimum": 1}})}}), catalogue),
}

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for shape, (schema, body) in SHAPES.items():
    (folder / f"{shape}.schema.json").write_text(json.dumps({**schema, "definitions": DEFINITIONS}))
    lines = [json.dumps(body(), separators=(",", ":")) for _ in range(200)]
    (folder / f"{shape}.bodies.ndjson").write_text("\n".join(lines) + "\n")
