"""The other side of the benchmark: Suricata with its installed configuration, except that it looks at whole bodies and
whole streams, and logs alerts, HTTP and HTTP/2; with rules for five kinds of data in bodies, both ways, some literals
and two hundred rules for heads, or with none."""
import random
import re
from pathlib import Path

OUTPUTS = """
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - alert
        - http:
            extended: yes
        - http2
"""
DATA = {
    "ssn": r"/\b\d{3}-\d{2}-\d{4}\b/",
    "card": r"/\b(?:\d[ -]?){12,18}\d\b/",
    "iban": r"/\b[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b/",
    "email": r"/\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/",
    "phone": r"/\+[1-9]\d{6,14}\b/",
}
LITERALS = {"jwt": "eyJ", "aws": "AKIA", "pem": "-----BEGIN"}
WORDS = "cmd shell admin passwd etc union select script eval wget curl bot update gate panel config upload exec".split()
HEADS = ("http.uri", "http.user_agent", "http.header", "http.request_body")


def configuration(installed):
    text = Path(installed).read_text(encoding="utf-8")
    start = text.index("\noutputs:")
    text = text[:start] + OUTPUTS + text[text.index("\nlogging:", start):]
    text = re.sub(r"(request|response)-body-limit: \d+ ?[kKmM][bB]", r"\1-body-limit: 0", text)
    text = re.sub(r"(?m)^( +depth: )\d+ ?[kKmM][bB]", r"\g<1>0", text)
    return re.sub(r"memcap: \d+ ?(MiB|mb)", "memcap: 2gb", text)


def rules():
    dice, sid, out = random.Random(7), 3000, []
    for way in ("to_client", "to_server"):
        for name, pattern in DATA.items():
            sid += 1
            out.append(f'alert http any any -> any any (msg:"{name} {way}"; flow:established,{way}; file.data; '
                       f'pcre:"{pattern}"; threshold: type limit, track by_src, count 1, seconds 3600; sid:{sid};)')
    for name, literal in LITERALS.items():
        sid += 1
        out.append(f'alert http any any -> any any (msg:"{name}"; flow:established,to_client; file.data; '
                   f'content:"{literal}"; fast_pattern; sid:{sid};)')
    for i in range(200):
        sid += 1
        first, second = dice.choice(WORDS), dice.choice(WORDS)
        out.append(f'alert http any any -> any any (msg:"head {i}"; flow:established,to_server; {dice.choice(HEADS)}; '
                   f'content:"{first}{dice.randint(10, 99)}{second}"; nocase; fast_pattern; '
                   f'pcre:"/{first}\\d+{second}=[^&]{{4,}}/i"; sid:{sid};)')
    return "\n".join(out) + "\n"


def installed_configuration(program):
    beside = Path(program).resolve().parent.parent.parent / "etc" / "suricata"
    return beside if (beside / "suricata.yaml").exists() else Path("/etc/suricata")


def prepare(program, folder):
    etc = installed_configuration(program)
    text = configuration(etc / "suricata.yaml").replace("/etc/suricata/", f"{etc}/")
    (folder / "suricata.yaml").write_text(text, encoding="utf-8")
    (folder / "data.rules").write_text(rules(), encoding="utf-8")
    (folder / "suricata").mkdir(exist_ok=True)


def command(program, folder, capture, which):
    (folder / "suricata" / "eve.json").unlink(missing_ok=True)
    rule_file = str(folder / "data.rules") if which == "data" else "/dev/null"
    return [program, "-c", str(folder / "suricata.yaml"), "-S", rule_file, "-r", str(capture), "-k", "none",
            "--runmode", "single", "-l", str(folder / "suricata")]


def exchanges(folder):
    """How many it told of."""
    with open(folder / "suricata" / "eve.json", encoding="utf-8") as lines:
        return sum('"event_type":"http' in line for line in lines)
