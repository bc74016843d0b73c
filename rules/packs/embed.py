#!/usr/bin/env python3
"""Writes the built-in packs as byte arrays: embed.py OUT.c PACK.yaml..."""
import os
import sys

out, files = sys.argv[1], sys.argv[2:]
with open(out, "w", encoding="ascii") as c:
    c.write('#include "rules/pack_builtin.h"\n\n')
    for number, name in enumerate(files):
        data = open(name, "rb").read()
        c.write("static const char pack_%d[] = {\n" % number)
        for at in range(0, len(data), 16):
            c.write("\t%s,\n" % ", ".join(str(b if b < 128 else b - 256) for b in data[at : at + 16]))
        c.write("};\n\n")
    c.write("const struct pack_builtin packs_builtin[] = {\n")
    for number, name in enumerate(files):
        c.write('\t{"%s", {pack_%d, sizeof(pack_%d)}},\n' % (os.path.basename(name), number, number))
    c.write("};\n\nconst size_t packs_builtin_count = %d;\n" % len(files))
