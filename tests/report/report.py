#!/usr/bin/python3
"""Makes reports of few and of very many records, and looks at them as a person would, in a browser.

usage: report.py --specular PROGRAM [--pictures FOLDER] [--seconds N]

Without a browser (Debian: chromium) what needs one is left out, which it says.
"""
import argparse
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import browser

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "scripts" / "demo.d"
PROBLEMS = []
VOID = {"meta", "br", "input", "rect", "path", "circle"}


def check(is_so, words):
    if not is_so:
        PROBLEMS.append(words)
        print("FAIL", words)


class Balance(html.parser.HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.tags = [], [], {}

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        if any(name.startswith("on") or name in ("src", "style") or (name == "href" and not value.startswith("#"))
               for name, value in attrs):
            self.wrong.append((self.getpos(), tag, attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        if tag not in VOID:
            self.wrong.append((self.getpos(), tag, "closes itself"))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((self.getpos(), tag, "closed out of order"))


def report(program, out, *args):
    done = subprocess.run([program, "report", *map(str, args), "-o", str(out)], capture_output=True, text=True,
                          timeout=300, check=False)
    check(done.returncode == 0, f"{args}: exit {done.returncode}: {done.stderr}")
    return out.read_text(encoding="utf-8")


def look_at_text(name, text):
    balance = Balance()
    balance.feed(text)
    check(not balance.wrong, f"{name}: {balance.wrong[:3]}")
    check(not balance.open, f"{name}: left open: {balance.open[:5]}")
    check(balance.tags.get("script") == 1, f"{name}: {balance.tags.get('script')} scripts")
    check("<script>window" not in text and "<b onclick" not in text, f"{name}: a record speaks HTML")
    check("http://" not in text and "https://" not in text.replace("https://api", ""), f"{name}: an address of elsewhere")
    check("1</b> lines that are no record" in text, f"{name}: the odd line is not counted")


def forms_agree(program, work):
    """The same findings, whatever the order of files and lines."""
    lines = (work / "small.jsonl").read_text(encoding="utf-8").splitlines()
    (work / "turned.jsonl").write_text("\n".join(reversed(lines)) + "\n", encoding="utf-8")
    rows = [sorted(re.findall(r"<tr>.*?</tr>", report(program, work / "x.html", work / name)))
            for name in ("small.jsonl", "turned.jsonl")]
    check(rows[0] == rows[1], f"the order of lines shows: {sorted(set(rows[0]) ^ set(rows[1]))[:2]}")


def repeats_count_once(program, work):
    """What was delivered twice, or is in two files, changes nothing but the line that says so."""
    once, twice = (re.sub(r"from \d+ records|<li>(?:(?!</li>).)*(records given twice|no record)(?:(?!</li>).)*</li>", "",
                          report(program, work / "x.html", *files), flags=re.S)
                   for files in ([work / "small.jsonl"], [work / "small.jsonl", work / "small.jsonl"]))
    check(once == twice, "records given twice change the report")
    text = report(program, work / "x.html", work / "small.jsonl", work / "small.jsonl")
    lines = len((work / "small.jsonl").read_text(encoding="utf-8").splitlines()) - 1
    check(f"{lines}</b> records given twice" in text.replace("&thinsp;", "").replace(",", "").replace("\u202f", ""),
          "repeats are not counted")


def service_levels_are_shown(program, work):
    text = report(program, work / "x.html", work / "small.jsonl")
    check("agreed 140 ms" in text and "agreed 99.50 %" in text, "what was agreed is not shown")
    check("not kept" in text and "class=missed" in text, "what was not kept is not marked")


def hostile(program, work):
    records = [b'{"class_uid":2004}', b"[]", b"{", b'"x"', b"\0\0\0", b"9" * 600000, b'{"record":"usage"}',
               b'{"record":"usage","start":18446744073709551615,"calls":18446744073709551615,"latency_ms":{"p95":1e308}}',
               b'{"record":"inventory","partners":"x","classes":[1,{}],"host":5,"risk":{"score":-1}}',
               b'{"record":"health","coverage":[],"counters":{"a":-1,"capture.cut":1.5}}', b"[" * 100000,
               b'{"class_uid":4002,"unmapped":{"specular":{"classes":["' + b"a" * 100000 + b'"]}}}',
               json.dumps({"class_uid": 2004, "finding_info": {"uid": "u"}, "severity_id": 99, "count": 5, "time": 1,
                           "metadata": {"event_code": "x\u0000y<&>\"'"}, "evidences": [{"data": {"class": "\u00e9" * 500}}],
                           "unmapped": {"specular": {"partner": {"id": "\u0000"}}}}).encode()]
    (work / "hostile.jsonl").write_bytes(b"\n".join(records))
    text = report(program, work / "hostile.html", work / "hostile.jsonl")
    balance = Balance()
    balance.feed(text)
    check(not balance.wrong and not balance.open, f"hostile: {balance.wrong[:3]} {balance.open[:3]}")
    check("\ufffd" not in text, "a text was cut through a character")


def one_partner(program, work):
    text = report(program, work / "one.html", "--partner", "partner-001", work / "small.jsonl")
    check("partner-001" in text, "the partner's own report does not name it")
    for other in ("partner-000", "partner-002", "partner-003", "Partner 2", "Acme"):
        check(other not in text, f"one partner's report speaks of {other}")


def look_in_browser(window, name, page, seconds, pictures):
    took = window.open(page.as_uri())
    print(f"{name}: {page.stat().st_size / 1e6:.1f} MB, loaded in {took:.2f} s")
    check(took < seconds, f"{name}: took {took:.2f} s to load, at most {seconds}")
    check(window.ask("window.evil") is None, f"{name}: a record ran as a script")
    check(window.ask("document.querySelectorAll('#findings-table tbody tr').length") > 0, f"{name}: no findings shown")
    check(window.ask("document.documentElement.scrollWidth") <= 1400, f"{name}: wider than the window")
    for scheme in ("light", "dark"):
        window.picture(pictures / f"{name}-{scheme}.png", scheme, 3600)
    shown = window.ask("""(() => { const box = document.querySelector('#endpoints'), input = box.querySelector('input');
        input.value = 'part3 '; input.oninput(); const rows = [...box.querySelectorAll('tbody tr')];
        return rows.length > 0 && rows.every(r => r.textContent.includes('part3')); })()""")
    check(shown, f"{name}: the search shows something else")
    worst = window.ask("""(() => { const s = document.querySelector('#findings-table select'); s.value = 'High'; s.onchange();
        return [...document.querySelectorAll('#findings-table tbody tr')].every(r => r.cells[0].textContent === 'High'); })()""")
    check(worst, f"{name}: the filter shows other severities")
    link = window.ask("(() => { const a = document.querySelector('.leaks a'); a.click(); return a.textContent; })()")
    opened = window.ask("new Promise(done => setTimeout(() => done((document.querySelector('#partner-view h3') || {}).textContent), 200))")
    check(link and opened and opened.startswith(link), f"{name}: the link {link!r} opens {opened!r}")
    top = window.ask("document.querySelector('#partner-view').getBoundingClientRect().top + window.scrollY")
    for scheme in ("light", "dark"):
        window.picture(pictures / f"{name}-partner-{scheme}.png", scheme, 900, top - 40)
    check(not window.complaints(), f"{name}: {window.complaints()[:3]}")


def make_demo(program, work):
    """The day of the demo, as the sensor tells it."""
    capture, outs = work / "demo.pcap", []
    subprocess.run([sys.executable, DEMO / "make_capture.py", capture], check=True, timeout=120, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
    for kind in ("findings", "exchanges", "usage", "inventory", "health"):
        outs += [f"--{kind}", work / f"demo-{kind}.jsonl"]
    subprocess.run([program, "replay", "--contracts", DEMO / "contracts", "--packs", DEMO / "packs", "--decrypted",
                    "--hmac-key-file", work / "key", *outs, capture], check=True, timeout=120, stderr=subprocess.DEVNULL)
    report(program, work / "demo.html", *outs[1::2])
    return work / "demo.html"


def look_at_demo(window, page, seconds, pictures):
    took = window.open(page.as_uri())
    print(f"demo: {page.stat().st_size / 1e6:.1f} MB, loaded in {took:.2f} s")
    check(took < seconds, f"demo: took {took:.2f} s to load, at most {seconds}")
    leaks = window.ask("document.querySelector('.leaks').textContent")
    check(all(words in leaks for words in ("Acme", "us_ssn", "acme_member_no")), f"demo: who leaks what says {leaks[:200]}")
    check(window.ask("document.documentElement.scrollWidth") <= 1400, "demo: wider than the window")
    for scheme in ("light", "dark"):
        window.picture(pictures / f"demo-{scheme}.png", scheme, 3200)
    check(not window.complaints(), f"demo: {window.complaints()[:3]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--specular", required=True)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        pages = {}
        for name, partners, endpoints in (("small", 4, 10), ("large", 500, 10000)):
            subprocess.run([sys.executable, HERE / "synthetic.py", work / f"{name}.jsonl", str(partners), str(endpoints)],
                           check=True, timeout=120)
            pages[name] = work / f"{name}.html"
            look_at_text(name, report(options.specular, pages[name], work / f"{name}.jsonl"))
        forms_agree(options.specular, work)
        repeats_count_once(options.specular, work)
        service_levels_are_shown(options.specular, work)
        hostile(options.specular, work)
        one_partner(options.specular, work)
        program = browser.find()
        if program is None:
            print("no browser is here (Debian: chromium): the pages were not looked at in one")
        else:
            pictures = options.pictures or work
            pictures.mkdir(exist_ok=True)
            window = browser.Browser(program, work / "profile")
            try:
                look_at_demo(window, make_demo(options.specular, work), options.seconds, pictures)
                for name, page in pages.items():
                    look_in_browser(window, name, page, options.seconds, pictures)
            finally:
                window.close()
    print(f"{len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


sys.exit(main())
