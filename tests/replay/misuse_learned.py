#!/usr/bin/python3
"""Seeded misuse that only those who know what is usual can tell: a day of everyday traffic, then each kind.

usage: misuse_learned.py --specular PROGRAM [--key NUMBER]

Everyday traffic goes on all the time. Prints for each kind of misuse after how many of its calls and seconds it was
told first, what else was told of the same calls, and the false alarms; a run without misuse must be silent. What is
usual outlives the sensor: it ends and begins again twice in two of the runs.
"""
import collections
import sys
import tempfile
from pathlib import Path

import misuse

HOUR = 3600
LEARNED = 25 * HOUR
END = 30 * HOUR
EMAIL = "{type: object, properties: {id: {type: string}, email: {type: string, format: email}}}"
JSON = "{description: any, content: {application/json: {}}}"


def operation(path, method, name, body=JSON):
    text = f"    {method}: {{operationId: {name}, responses: {{default: {body}}}"
    if "{" in path:
        text += ", parameters: [{name: id, in: path, required: true, schema: {type: string}}]"
    return path, text + "}"


def spec():
    rows = [operation("/orders", "get", "listOrders"), operation("/orders", "post", "makeOrder"),
            operation("/orders/{id}", "get", "getOrder"), operation("/orders/{id}/confirm", "post", "confirmOrder"),
            operation("/products", "get", "listProducts"), operation("/products/{id}", "get", "getProduct"),
            operation("/invoices", "get", "listInvoices"), operation("/invoices/{id}", "get", "getInvoice"),
            operation("/shipments", "get", "listShipments"),
            operation("/reports/{id}", "get", "getReport"), operation("/quotes", "get", "getQuote"),
            operation("/customers/{id}", "get", "getCustomer", "{description: any, content: {application/json: {schema: "
                      + EMAIL + "}}}")]
    paths = collections.defaultdict(list)
    for path, text in rows:
        paths[path].append(text)
    lines = [line for path, texts in paths.items() for line in [f"  {path}:", *texts]]
    return ("openapi: 3.0.3\ninfo: {title: Shop, version: \"1\"}\nservers: [{url: \"https://api.example.com/v1\"}]\n"
            "security: [{key: []}]\npaths:\n" + "\n".join(lines) +
            "\ncomponents: {securitySchemes: {key: {type: apiKey, in: header, name: X-API-Key}}}\n")


class Days(misuse.Traffic):
    def everyday(self):
        self.products = [f"sku-{self.chance.randrange(10 ** 9)}" for _ in range(900)]
        self.orders = {p: [f"{self.chance.randrange(10 ** 8)}" for _ in range(80)] for p in misuse.PARTNERS}
        self.invoices = {p: [f"{self.chance.randrange(10 ** 8)}" for _ in range(20)] for p in misuse.PARTNERS}
        self.customers = [f"c{self.chance.randrange(10 ** 8)}" for _ in range(400)]
        for number, partner in enumerate(misuse.PARTNERS):
            self.client, self.key = f"203.0.113.{number + 1}", f"key-{partner}"
            self.given = []
            time = self.chance.random() * 60
            for start in range(0, 80, 20):
                self.list_orders(time + start / 20, partner, start)
            while (time := time + self.chance.expovariate(1 / 120)) < END:
                self.step(time, partner)

    def get(self, time, path, body, label="", client=None, key=None, status=200, **more):
        self.call(time, client or self.client, "GET", path, status, body, key=key or self.key, label=label, **more)

    def list_orders(self, time, partner, start):
        page = self.orders[partner][start:start + 20]
        self.given += page
        self.get(time, "/orders", {"items": [{"id": x} for x in page]})

    def step(self, time, partner):
        """What a person or program of a partner does next: anything usual, in any order."""
        chance, kind = self.chance, self.chance.choice(("list", "get", "get", "make", "product", "invoice", "report", "quote",
                                                        "quote", "customer"))
        if kind == "list":
            self.list_orders(time, partner, chance.randrange(0, 80, 20))
        elif kind == "get":
            order = chance.choice(self.given)
            missing = chance.random() < 0.02
            self.get(time, f"/orders/{order}", {"error": "none"} if missing else {"id": order}, status=404 if missing else 200)
        elif kind == "make":
            order = f"{chance.randrange(10 ** 8)}"
            self.given.append(order)
            self.call(time, self.client, "POST", "/orders", 201, {"id": order}, key=self.key)
            self.call(time + 0.2, self.client, "POST", f"/orders/{order}/confirm", 200, {"id": order}, key=self.key)
        elif kind == "product":
            page = chance.sample(self.products, 10)
            self.get(time, "/products", {"items": [{"id": x} for x in page]})
            self.get(time + 3, f"/products/{page[0]}", {"id": page[0]})
        elif kind == "invoice":
            self.get(time, "/invoices", {"items": [{"id": x} for x in chance.sample(self.invoices[partner], 5)]})
        elif kind == "report":
            self.get(time, f"/reports/r{chance.randrange(9)}", {"text": "x" * chance.randrange(1000, 30000)})
        elif kind == "quote":
            self.get(time, "/quotes", {"price": chance.randrange(1000)})
        else:
            customer = chance.choice(self.customers)
            self.get(time, f"/customers/{customer}", {"id": customer, "email": f"{customer}@example.org"})

    def misuse(self):
        start = LEARNED
        order = lambda partner, i: self.orders[partner][i]
        for i in range(800):
            sku = self.products[i]
            self.get(start + i, f"/products/{sku}", {"id": sku}, "abuse.scraping", "203.0.113.1", "key-p0")
        for i in range(14):
            self.get(start + 1000 + i * 20, f"/reports/r{i % 9}", {"text": "y" * 1000000}, "abuse.bulk_export",
                     "203.0.113.2", "key-p1")
        for i in range(3):
            self.get(start + 2000 + i, f"/orders/{7 * 10 ** 9 + i * 12345}", {"id": "x"}, "abuse.id_unlearned",
                     "203.0.113.3", "key-p2")
        for i in range(300):
            self.get(start + 3000 + i * 3, f"/customers/{self.customers[i]}",
                     {"id": "x", "email": f"{self.customers[i]}@example.org"}, "pii.excess_volume", "203.0.113.4", "key-p3")
        for i in range(60):
            self.get(start + 5000 + i * 30.0, "/quotes", {"price": i}, "abuse.automation_timing", "203.0.113.99", "bot-p4")
        for i, path in enumerate(("/quotes", "/orders", "/reports/r1", "/invoices", "/products")):  # confirms what nobody made
            at = start + 7000 + i * 20
            self.get(at, path, {"text": "x"}, "abuse.sequence_anomaly", "203.0.113.6", "key-p5")
            self.call(at + 5, "203.0.113.6", "POST", f"/orders/{order('p5', i)}/confirm", 200, {"id": "x"}, key="key-p5",
                      label="abuse.sequence_anomaly")
        for i in range(3):
            self.get(start + 8000 + i, f"/orders/{order('p6', i)}?id={order('p6', i + 1)}", {"id": "x"},
                     "abuse.param_pollution", "203.0.113.7", "key-p6")
            self.get(start + 8600 + i, f"/orders/{order('p6', i)}", {"id": "x", "ssn": "219-09-999" + str(i)}, "pii.new_class",
                     "203.0.113.7", "key-p6")
        for i in range(30):  # another list, whose ids follow one another
            partner = misuse.PARTNERS[i % 4]
            self.get(start + 9000 + i * 10, "/shipments", {"items": [{"id": str(51000000 + i * 4 + k)} for k in range(4)]},
                     "abuse.id_guessable", f"203.0.113.{i % 4 + 1}", f"key-{partner}")


def main():
    options = misuse.options_of()
    missed = alarms = 0
    restarts = (LEARNED / 2, LEARNED - 30)
    runs = [((1, False), ()), ((2, True), ()), ((3, True), ()), ((1, False), restarts), ((2, True), restarts)]
    for (seed, has_misuse), ends in runs:
        traffic = Days(seed)
        traffic.everyday()
        if has_misuse:
            traffic.misuse()
        with tempfile.TemporaryDirectory(prefix="specular-misuse-") as name:
            told = misuse.Told(traffic, misuse.run(options, Path(name), traffic.segments(), spec(), ends))
        missed += told.show(seed)
        alarms += len(told.alarms)
        everyday = sum(not call[4] for call in traffic.calls)
        print(f"seed {seed}: {everyday} everyday calls, {len(ends)} restarts, {len(told.alarms)} false alarms")
    print(f"{missed} missed, {alarms} false alarms")
    return 1 if missed or alarms else 0


if __name__ == "__main__":
    sys.exit(main())
