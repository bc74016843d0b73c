#!/usr/bin/python3
"""Writes synthetic records of all kinds, the same for the same seed: synthetic.py OUT PARTNERS ENDPOINTS [SEED].

For the report's tests: from a handful of endpoints to more than anybody has. Names hold markup, so that a page
that lets a record speak HTML shows it.
"""
import json
import random
import sys

BASE = 1772442000000
DAY = 86400000
SPAN = 30 * DAY
CLASSES = {"us_ssn": 5, "pan": 5, "iban": 4, "email": 3, "phone_e164": 2, "acme_member_no": 4, "jwt": 5,
           "date_of_birth": 4, "passport_no": 4, "aws_key": 5, "ipv4": 2, "geo": 2}
KINDS = [("auth.scheme_mismatch", 4, "Authentication scheme that the contract does not agree on", "API2:2023"),
         ("auth.basic_used", 3, "Basic authentication where the contract does not agree on it", "API2:2023"),
         ("conform.response.body.type", 2, "Response body: wrong type", "API8:2023"),
         ("shadow.path", 4, "Path that the contract does not declare", "API9:2023"),
         ("zombie.deprecated", 3, "Deprecated operation still called", "API9:2023")]
NOUNS = ["orders", "shipments", "returns", "labels", "customers", "invoices", "stock", "tracking", "claims", "quotes"]
NAMES = ["None", "Informational", "Low", "Medium", "High", "Critical"]
EVIL = "</td><script>window.evil=1</script><b onclick='x'>"


class Maker:
    def __init__(self, out, partners, endpoints, seed):
        self.random = random.Random(seed)
        self.out = out
        self.partners = [f"partner-{i:03d}" for i in range(partners)]
        self.apis = [f"{NOUNS[i % len(NOUNS)]}-v{1 + i // len(NOUNS)}" for i in range(max(3, endpoints // 40))]
        self.endpoint_count = endpoints
        self.number = 0

    def write(self, record):
        self.out.write(json.dumps(record, separators=(",", ":")) + "\n")

    def uid(self):
        self.number += 1
        return f"{self.number:032x}"

    def metadata(self, code=None):
        found = {"product": {"name": "specular", "vendor_name": "specular", "version": "0.1.0"}, "version": "1.5.0",
                 "uid": self.uid(), "log_version": "1"}
        if code:
            found["event_code"] = code
        return found

    def specular(self, partner, api, operation):
        index = self.partners.index(partner) if partner else 0
        name = f"Partner {index} Logistics" if index else f"Acme {EVIL}"
        return {"sensor": "site-a", "partner": {"id": partner, "name": name if partner else None,
                                                "tier": ["gold", "silver", "bronze"][index % 3]},
                "spec": {"name": api, "version": "1", "sha256": "0" * 64}, "api": {"id": api, "owner": f"team-{api}"},
                "operation": {"id": operation, "name": operation, "method": "GET", "template": "/x",
                              "documented": True, "deprecated": False},
                "capture": {"complete": True, "reason": "complete", "gap_bytes": 0, "mid_stream": False,
                            "decrypted": True}, "connection": self.number, "number": 0}

    def finding(self, partner, api, operation, kind, data_class=None):
        code, severity, title, owasp = kind
        count = self.random.choice([1, 2, 3, 8, 21, 340])
        uid = self.uid()
        first = BASE + self.random.randrange(0, SPAN)
        data = {"in": "response.body" if code != "pii.request_undeclared" else "request.body",
                "pointer": "/customer/" + (data_class or "field"), "expected": "not declared here",
                "observed": "***-**-1234"}
        if data_class:
            data |= {"class": data_class, "sample": "***-**-1234", "value_hmac": "00" * 8}
        for activity, told in [(1, 1), (2, count)] if count > 1 else [(1, 1)]:
            time = first if activity == 1 else first + self.random.randrange(1, 3 * 86400000)
            self.write({"category_uid": 2, "category_name": "Findings", "class_uid": 2004,
                        "class_name": "Detection Finding", "activity_id": activity, "type_uid": 200400 + activity,
                        "severity_id": severity, "severity": NAMES[severity], "time": time, "count": told,
                        "message": title, "metadata": self.metadata(code),
                        "finding_info": {"uid": uid, "title": title, "types": ["OWASP:" + owasp],
                                         "analytic": {"uid": code, "type_id": 1}, "first_seen_time": first,
                                         "last_seen_time": time},
                        "evidences": [{"src_endpoint": {"ip": "203.0.113.9", "port": 40000},
                                       "dst_endpoint": {"ip": "10.0.0.5", "port": 443,
                                                        "hostname": "api.example.com"}, "data": data}],
                        "unmapped": {"specular": self.specular(partner, api, operation)}})

    def findings(self):
        for index, partner in enumerate(self.partners):
            for _ in range(self.random.choice([0, 0, 1, 2, 4])):
                api = self.random.choice(self.apis)
                self.finding(partner, api, f"get{api.title()}", self.random.choice(KINDS))
            if index % 4 == 0:
                for data_class in self.random.sample(sorted(CLASSES), self.random.randrange(1, 4)):
                    api = self.random.choice(self.apis)
                    code = self.random.choice(["pii.response_leak", "pii.response_leak", "pii.request_undeclared"])
                    self.finding(partner, api, f"get{api.title()}",
                                 (code, CLASSES[data_class], f"Sensitive data: {data_class}", "API3:2023"), data_class)

    def exchanges(self):
        for _ in range(min(20000, 20 * len(self.partners))):
            partner, api = self.random.choice(self.partners), self.random.choice(self.apis)
            specular = self.specular(partner, api, "get") | {"classes": self.random.sample(["email", "phone_e164"], 1),
                                                             "findings": 0}
            self.write({"class_uid": 4002, "class_name": "HTTP Activity", "activity_id": 3, "metadata": self.metadata(),
                        "time": BASE + self.random.randrange(0, SPAN), "unmapped": {"specular": specular}})

    def by_status(self, calls):
        failed, refused = self.random.randrange(0, 1 + calls // 50), self.random.randrange(0, 1 + calls // 10)
        return {"none": 0, "1xx": 0, "2xx": calls - failed - refused, "3xx": 0, "4xx": refused, "5xx": failed}

    def usage(self):
        for partner in self.partners:
            for api in self.random.sample(self.apis, min(3, len(self.apis))):
                for window in range(self.random.randrange(4, 12)):
                    calls = self.random.randrange(1, 4000)
                    start = BASE + (window * 2 + self.partners.index(partner) % 3) * DAY + window * 6 * 3600000
                    p50 = self.random.uniform(5, 80)
                    self.write({"record": "usage", "time": start + 300000, "sensor": "site-a",
                                "metadata": self.metadata(), "start": start, "end": start + 300000,
                                "partner": partner, "tier": ["gold", "silver", "bronze"][self.partners.index(partner) % 3], "api": api, "operation": f"get{api.title()}",
                                "calls": calls, "by_status": self.by_status(calls), "bytes_in": calls * 90,
                                "bytes_out": calls * 1800, "latency_ms": {"p50": p50, "p95": p50 * 3, "p99": p50 * 5},
                                "billable": calls, "over_limit": calls // 10 if calls > 3500 else 0, "findings": 0,
                                **({"slo": {"latency_ms_p95": 140, "error_rate_max": 0.02, "availability": 0.995}}
                                   if self.partners.index(partner) % 3 == 0 else {})})

    def inventory(self):
        for number in range(self.endpoint_count):
            api = self.apis[number % len(self.apis)]
            calls = self.random.randrange(1, 100000)
            documented = self.random.random() > 0.12
            who = self.random.sample(self.partners, min(len(self.partners), self.random.randrange(1, 4)))
            self.write({"record": "inventory", "time": BASE + SPAN, "sensor": "site-a",
                        "metadata": self.metadata(), "host": f"{api.split('-')[0]}.api.example.com",
                        "method": self.random.choice(["GET", "GET", "POST", "DELETE"]),
                        "template": f"/{api}/{NOUNS[number % 7]}/{{id}}/part{number}",
                        "operation": f"operation{number}" if documented else None, "api": api if documented else None,
                        "spec": api + ".yaml" if documented else None, "documented": documented,
                        "deprecated": documented and self.random.random() < 0.05, "partners": who,
                        "exposure": self.random.choice(["external", "external", "internal", "unknown"]),
                        "auth": ["bearer"], "classes": self.random.sample(sorted(CLASSES), self.random.choice([0, 0, 1])),
                        "first_seen": BASE, "last_seen": BASE + self.random.randrange(0, SPAN), "calls": calls,
                        "by_status": self.by_status(calls), "risk": {"score": round(self.random.random() * 80, 1),
                                                                     "contributions": []}})

    def health(self):
        coverage = {}
        for partner in self.partners:
            coverage[partner] = {"complete": self.random.randrange(100, 9000),
                                 "partial": {"gap_response": self.random.randrange(0, 300), "no_response": 3},
                                 "opaque": self.random.choice([0, 0, 400]), "unpaired": 0}
        head = {"record": "health", "time": BASE + SPAN, "sensor": "site-a"}
        counters = {"capture.packets": 1000000, "capture.kernel_drops": 120, "tcp.gap_bytes": 88211}
        self.write(head | {"metadata": self.metadata(), "id": "sensor.packet_drop", "severity": 3, "message":
                           "the kernel or the interface dropped packets before the sensor saw them",
                           "counters": counters, "coverage": {}})
        self.write(head | {"metadata": self.metadata(), "id": "sensor.coverage", "severity": 1, "message": "share",
                           "counters": counters, "coverage": coverage})


def main():
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        maker = Maker(out, int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1)
        for step in (maker.findings, maker.exchanges, maker.usage, maker.inventory, maker.health):
            step()
        out.write("this line is no record\n")


main()
