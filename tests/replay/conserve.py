"""What health records must add up to: nothing is lost silently, and everything incomplete says why."""
import collections

OUTCOMES = ("complete", "no_response", "no_request", "request_cut", "response_cut", "gap_request", "gap_response",
            "gap_pairing", "malformed", "overflow", "unknown_head")


def laws(counters):
    """(words, one side, the other side)"""
    count = collections.defaultdict(int, counters)
    drops = sum(value for key, value in counters.items() if key.startswith("capture.drop."))
    yield "packets = segments + drops", count["capture.packets"], count["capture.segments"] + drops
    yield ("segments = reassembled + dropped", count["capture.segments"],
           count["tcp.segments"] + count["capture.ring_drops"] + count["tcp.segments_lost"])
    yield ("exchanges = judged + lost", sum(count["exchanges." + key] for key in OUTCOMES),
           count["exchanges.judged"] + count["exchanges.lost"])


def partner_laws(record):
    """At the end, when all connections are told."""
    count, partners = record["counters"], record["coverage"].values()
    yield "complete of all partners", count["exchanges.complete"], sum(line["complete"] for line in partners)
    for reason in OUTCOMES[1:]:
        yield (f"partial of all partners: {reason}", count["exchanges." + reason],
               sum(line["partial"].get(reason, 0) for line in partners))
    yield ("unpaired of all partners", count["exchanges.no_request"] + count["exchanges.gap_pairing"],
           sum(line["unpaired"] for line in partners))
    yield ("opaque of all partners", count["sessions.tls"] + count["sessions.opaque"] - count["sessions.opaque_lost"],
           sum(line["opaque"] for line in partners))


def problems_of(health):
    """Every record's counters must add up; and there is one coverage record, with what each partner had."""
    lines = [record for record in health if record.get("id") == "sensor.coverage"]
    if len(lines) != 1:
        yield f"{len(lines)} coverage records instead of one"
        return
    for record in health:
        for words, left, right in laws(record["counters"]):
            if left != right:
                yield f"{record['id']}: {words}: {left} is not {right}"
    if lines[0]["counters"]["exchanges.lost"] == 0:
        for words, left, right in partner_laws(lines[0]):
            if left != right:
                yield f"{words}: {left} is not {right}"
