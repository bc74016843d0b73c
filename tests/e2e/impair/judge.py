"""Compares what the sensor told with what was on the wire. Nothing it says may be wrong; what it leaves out must be
explained by what the impairer lost.
"""
import collections

import plan
import truth

WHOLE_SHARE_MIN = 0.99
NAMED_MAX = 20


class Judge:
    def __init__(self, capture, log):
        exchanges, self.sides = truth.read(capture, log)
        self.by_token, self.wrong = {}, []
        for exchange in exchanges:
            self.by_token[plan.token(exchange.path)] = exchange
            if (exchange.status, exchange.content_type) != (plan.answer(exchange.path)[0],
                                                            plan.content_type(exchange.path)):
                raise SystemExit(f"impair: the provider itself answered {exchange.path} with {exchange.status} "
                                 f"{exchange.content_type}")
        self.told = collections.defaultdict(list)  # token: records

    def blame(self, record, words):
        request, response = record.get("http_request") or {}, record.get("http_response") or {}
        specular = record["unmapped"]["specular"]
        self.wrong.append(f"{words}: {request.get('http_method')} {request.get('url', {}).get('path')} "
                          f"{request.get('body_length')} -> {response.get('code')} {response.get('content_type')} "
                          f"{response.get('body_length')}, connection {specular.get('connection')}, exchange "
                          f"{specular.get('number')}, {specular['capture']}")

    def look(self, record, request, response, source):
        """No value and no pairing may be wrong. Gives the token that the record is of, or None."""
        asked = plan.token(request["url"]["path"]) if request and request.get("url", {}).get("path") else None
        answered = truth.token_of(response.get("content_type")) if response else None
        known = asked or answered
        is_whole = record["unmapped"]["specular"]["capture"]["complete"]
        if is_whole and not (asked and answered):
            self.blame(record, "complete, but a field is missing")
        if asked and answered and asked != answered:
            self.blame(record, "wrong pairing")
        if known is None:
            return None
        exchange = self.by_token.get(known)
        if exchange is None:
            self.blame(record, "was never asked")
            return None
        key = (source["src_endpoint"]["ip"], source["src_endpoint"]["port"], source["dst_endpoint"]["port"])
        if key != exchange.connection:
            self.blame(record, f"wrong connection, it was {exchange.connection}")
        if request and request.get("http_method", exchange.method) != exchange.method:
            self.blame(record, f"wrong method, it was {exchange.method}")
        if asked and request["url"]["path"] != exchange.path:
            self.blame(record, f"wrong path, it was {exchange.path}")
        if request and asked:
            self.look_len(record, request, exchange.request_len, is_whole, "request")
        if response and response.get("code", exchange.status) != exchange.status:
            self.blame(record, f"wrong status, it was {exchange.status}")
        if response:
            self.look_len(record, response, exchange.response_len, is_whole, "response")
        return known

    def look_len(self, record, half, wanted, is_whole, name):
        length = half.get("body_length", 0)
        if length > wanted or (is_whole and length != wanted):
            self.blame(record, f"wrong {name} length, it was {wanted}")

    def take_exchange(self, record):
        known = self.look(record, record.get("http_request"), record.get("http_response"), record)
        if known is None:
            self.told[None].append(record)
            return
        self.told[known].append(record)

    def take_finding(self, record):
        evidence = record["evidences"][0]
        self.look(record, evidence.get("http_request"), evidence.get("http_response"), evidence)

    # -- what must have been seen ------------------------------------------------------------------------------------

    def arrived(self, exchange):
        """Did every byte of it reach the sensor?"""
        sides = self.sides[exchange.connection]
        return not any(sides[side].is_lost(*one) for side in (0, 1) for one in exchange.ranges[side])

    def heads_arrived(self, exchange):
        """And every header block before its own, in both directions?"""
        for side, start in zip(self.sides[exchange.connection], exchange.heads):
            if any(side.is_lost(*block) for block in side.blocks if block[0] < start):
                return False
        return True

    def whole(self, known):
        return [x for x in self.told[known] if x["unmapped"]["specular"]["capture"]["complete"]]


def class_of(judge, exchange, kind):
    """A lost head hides later ones where a table refers to it (HTTP/2), and later pairs where only their order tells
    which answer is whose (pipelining)."""
    if not judge.arrived(exchange):
        return "lost bytes"
    return "arrived" if kind in plan.INDEPENDENT or judge.heads_arrived(exchange) else "head lost before"


def report(judge, kinds):
    """Prints the table; gives the number of failures. kinds: token -> kind."""
    rows, reasons, missed, failures = collections.Counter(), collections.Counter(), [], 0
    for known, exchange in judge.by_token.items():
        kind = kinds[known]
        what = class_of(judge, exchange, kind)
        records, whole = judge.told.get(known, []), judge.whole(known)
        if len(whole) > 1:
            judge.wrong.append(f"{known} is told twice as complete")
        if what == "lost bytes" and whole:
            judge.wrong.append(f"{known} is told as complete, but bytes of it never arrived")
        rows[kind, what, "complete" if whole else "partial" if records else "not told"] += 1
        reason = records[0]["unmapped"]["specular"]["capture"]["reason"] if records else "not told"
        if not whole:
            reasons[kind, what, reason] += 1
        if what == "arrived" and not whole:
            missed.append(f"{exchange.connection} {exchange.path}: {reason}")
    print(f"{'kind':22} {'on the way':17} {'all':>7} {'complete':>9} {'partial':>8} {'not told':>9}  why")
    for kind in plan.KINDS:
        for what in ("arrived", "head lost before", "lost bytes"):
            counts = [rows[kind, what, x] for x in ("complete", "partial", "not told")]
            why = ", ".join(f"{reason} {count}" for (k, w, reason), count in reasons.most_common() if (k, w) == (kind, what))
            if sum(counts):
                print(f"{kind:22} {what:17} {sum(counts):7} {counts[0]:9} {counts[1]:8} {counts[2]:9}  {why}")
    for group, members in plan.GROUPS.items():
        seen = sum(rows[kind, "arrived", x] for kind in members for x in ("complete", "partial", "not told"))
        whole = sum(rows[kind, "arrived", "complete"] for kind in members)
        print(f"{group}: {whole} of {seen} that arrived are complete ({100 * whole / max(seen, 1):.2f} %)")
        failures += whole < WHOLE_SHARE_MIN * seen
    unnamed = collections.Counter(x["unmapped"]["specular"]["capture"]["reason"] for x in judge.told[None])
    print("records that name no request (its head was lost):", dict(unnamed))
    print(f"arrived, but not told as complete: {len(missed)}")
    for line in missed[:NAMED_MAX]:
        print("   ", line)
    for line in judge.wrong[:NAMED_MAX]:
        print("WRONG", line)
    print(f"wrong values or pairings: {len(judge.wrong)}")
    return failures + len(judge.wrong)
