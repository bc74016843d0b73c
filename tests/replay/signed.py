#!/usr/bin/python3
"""Thousands of tokens, and two opinions about each: specular's and an independent library's (python3-jwt).

usage: signed.py --specular PROGRAM [--count N]

Every token is sent once and accepted. A token of which the library says that its signature is wrong must raise
auth.jwt_signature_invalid_accepted, one that it verifies must not; expiry and start likewise. What nobody can verify
(an unknown key, an unsigned or broken token) raises neither.
"""
import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

import jwt
import replay
import sign
import talk as talks

NAMES = [(algorithm, f"{algorithm}-{i}") for algorithm in
         ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA")
         for i in (0, 1)]
INVALID, EXPIRED, EARLY = ("auth.jwt_signature_invalid_accepted", "auth.jwt_expired_accepted",
                           "auth.jwt_not_yet_valid_accepted")
HEAD, TAIL = "GET /orders/v1/orders/", " HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer "
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
SPEC = """openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: "https://api.example.com/orders/v1"}]
security: [{t: []}]
paths:
"""


def part(value):
    return sign.base64url(json.dumps(value).encode())


def claims_of(chance):
    claims = {"azp": "acme-prod", "exp": int(talks.START) + 3600, "iat": int(talks.START) - 10}
    kind = chance.randrange(12)
    if kind == 0:
        claims["exp"] = int(talks.START) - chance.choice((600, 7200, 10 ** 9))
    elif kind == 1:
        claims["nbf"] = int(talks.START) + chance.choice((7200, 10 ** 8))
    elif kind == 2:
        nested = "x" * chance.randrange(3000)
        for _ in range(chance.randrange(40)):
            nested = {"a": [nested]}
        claims["nested"] = nested
    elif kind == 3:
        claims["aud"] = ["a", "b"]
    return claims


def token_of(chance):
    """A token and how it was made."""
    algorithm, name = chance.choice(NAMES)
    header = {"alg": algorithm, "kid": name, "typ": "JWT"}
    key, kind = name, chance.randrange(16)
    claims = claims_of(chance)
    if kind == 0:
        key = name[:-1] + ("1" if name[-1] == "0" else "0")  # another key of the same kind
    elif kind == 1:
        header["alg"] = chance.choice([x for x, _ in NAMES])  # says another algorithm than it was signed with
    elif kind == 2:
        header["kid"] = "unknown"
    elif kind == 3:
        header.pop("kid")
    head = part(header) + "." + part(claims)
    text = sign.signature(sign.key_of(sign.kind_of(algorithm), key), algorithm, head.encode())
    if kind == 4:
        at = chance.randrange(len(text))
        text = text[:at] + bytes([text[at] ^ (1 << chance.randrange(8))]) + text[at + 1:]
    elif kind == 5:
        text = text[:chance.randrange(len(text))]
    elif kind == 6:
        claims["sub"] = "changed"
        head = part(header) + "." + part(claims)
    elif kind == 7:
        text = text + b"\0" * chance.randrange(1, 200)
    elif kind == 8:
        text = bytes(len(text))
    elif kind == 9:
        header["alg"] = chance.choice(("none", "None", "ZZ256"))
        head = part(header) + "." + part(claims)
    token = head + "." + sign.base64url(text)
    return token[:chance.randrange(len(token))] if kind == 10 else token


def opinion(token, keys):
    """What the library says: the findings that must come of it."""
    try:
        readable = token.rpartition(".")[0] + ".AAAA"  # a signature that is no base64 leaves the claims readable
        header = jwt.get_unverified_header(readable)
        claims = jwt.decode(readable, options={"verify_signature": False})
    except Exception:  # no token at all
        return set()
    out = set()
    if claims["exp"] < talks.START - 60:
        out.add(EXPIRED)
    if claims.get("nbf", 0) > talks.START + 60:
        out.add(EARLY)
    candidates = keys if "kid" not in header else [key for key in keys if key["kid"] == header["kid"]]
    known = {name for name, _ in NAMES}
    if header["alg"] in known and candidates and not any(verifies(token, header["alg"], key) for key in candidates):
        out.add(INVALID)
    return out


def verifies(token, algorithm, key):
    curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}.get(algorithm)
    kind = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}[algorithm[:2]]
    if key["kty"] != kind or (curve and key["crv"] != curve):  # the library lets any curve pass
        return False
    try:
        jwt.decode(token, jwt.PyJWK(key, algorithm=algorithm).key, algorithms=[algorithm],
                   options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False})
        return True
    except jwt.InvalidTokenError:
        return False


def contracts(folder, keys, count):
    folder.mkdir()
    (folder / "keys.json").write_text(json.dumps({"keys": keys}))
    (folder / "acme.yaml").write_text("partner: acme\nidentify: {hosts: [api.example.com]}\n"
                                      "apis: [{spec: orders.yaml}]\ntokens: {jwks: keys.json}\n")
    paths = "".join(f"  /orders/{i}: {{get: {{operationId: o{i}, responses: {{'200': {{description: a}}}}}}}}\n"
                    for i in range(count))
    (folder / "orders.yaml").write_text(SPEC + paths + "components: {securitySchemes: {t: {type: http, scheme: bearer}}}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--specular", required=True)
    parser.add_argument("--count", type=int, default=3000)
    options = parser.parse_args()
    chance = random.Random(20260115)
    keys = [sign.jwk_of(sign.kind_of(algorithm), name) for algorithm, name in NAMES]
    tokens = [token_of(chance) for _ in range(options.count)]
    turns = [(turn % 2 == 0, f"{HEAD}{turn // 2}{TAIL}{tokens[turn // 2]}\r\n\r\n".encode() if turn % 2 == 0 else ANSWER)
             for turn in range(2 * len(tokens))]
    expected = [opinion(token, keys) for token in tokens]
    told = [set() for _ in tokens]
    with tempfile.TemporaryDirectory(prefix="specular-signed-") as folder:
        work = Path(folder)
        contracts(work / "contracts", keys, len(tokens))
        capture = work / "signed.pcap"
        talks.write_pcap(capture, talks.segments_of(talks.Talk("", [], [
            talks.Connection("203.0.113.10", 40001, "10.0.0.5", 80, turns)])))
        texts = replay.run(options, work, ["--decrypted"], capture, work, workers=2)
    for record in replay.records(texts["findings"]):
        name = record["finding_info"]["analytic"]["uid"]
        if name in (INVALID, EXPIRED, EARLY):
            told[int(record["evidences"][0]["api"]["operation"][1:])].add(name)
    for token, wanted, got in zip(tokens, expected, told):
        if wanted != got:
            replay.complain(f"expected {sorted(wanted)}, told {sorted(got)}: {token[:4000]}")
    counts = {name: sum(name in x for x in expected) for name in (INVALID, EXPIRED, EARLY)}
    if min(counts.values()) < options.count // 50:
        replay.complain(f"too few of a kind to tell anything: {counts}")
    print(f"signed: {len(tokens)} tokens, {counts}: " + (f"{len(replay.PROBLEMS)} problems" if replay.PROBLEMS else "good"))
    return 1 if replay.PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
