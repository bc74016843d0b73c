#!/usr/bin/env python3
"""Writes the page's style and script as C text, with the hashes that its policy names: embed.py CSS JS OUT."""
import base64
import hashlib
import sys


def c_bytes(text):
    """Numbers: a compiler need not take a string of such length."""
    numbers = [str(byte if byte < 128 else byte - 256) for byte in text.encode()] + ["0"]
    return ",\n".join(",".join(numbers[i:i + 32]) for i in range(0, len(numbers), 32))


def main():
    out = ["/* Made by embed.py. */", '#include "sensor/report/page_assets.h"', ""]
    for name, path in (("style", sys.argv[1]), ("script", sys.argv[2])):
        with open(path, encoding="utf-8") as file:
            text = "".join(line.strip("\t") for line in file if line.strip())
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        out += [f"const char page_{name}[] = {{", c_bytes(text) + "};",
                f'const char page_{name}_hash[] = "sha256-{digest}";', ""]
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        file.write("\n".join(out))


main()
