"""The habits of this code base, as a test. Prints each departure as file:line: words; exits 1 when there is one.

    python3 tests/tidy/tidy.py [--skip CHECK]...

Checks: floors, circles, libraries, lengths, calls, words, format, headers.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

FLOORS = ["parsers/base", "parsers", "specs", "rules", "sensor"]

# Rooms of the sensor, and the other rooms that each may include.
ROOMS = {
    "sensor/capture": [],
    "sensor/reassembly": ["sensor/capture"],
    "sensor/publish": [],
    "sensor/report": [],
}

# A library's header, and the places that may include it. yyjson is everybody's.
LIBRARIES = {
    r"pcap(/.*)?\.h": ["sensor/capture/"],
    r"llhttp\.h": ["parsers/http1"],
    r"nghttp2/.*": [],  # the tests compare with it
    r"hs(/.*)?\.h": ["rules/pattern"],
    r"librdkafka/.*": ["sensor/publish/kafka_client"],
    r"libfyaml\.h": ["specs/", "rules/pack", "sensor/config"],
    r"pcre2\.h": ["specs/"],
    r"libxml/.*": ["specs/", "parsers/xml"],
    r"zlib\.h": ["parsers/content_coding", "sensor/capture/unpack"],
    r"libdeflate\.h": ["parsers/content_coding_whole"],
    r"brotli/.*": ["parsers/content_coding"],
    r"zstd(_errors)?\.h": ["parsers/content_coding", "sensor/capture/unpack"],
    r"openssl/.*": ["specs/sha256.c", "specs/signature.c", "sensor/publish/", "parsers/tls_open", "parsers/jwt",
                    "rules/auth/"],
    r"maxminddb\.h": ["sensor/geo"],
    r"microhttpd\.h": ["sensor/admin/server"],
    r"curl/.*": ["sensor/push", "sensor/publish/webhook_post"],
    r"seccomp\.h": ["sensor/"],
    r"cap-ng\.h": ["sensor/"],
    r"xxhash\.h": ["parsers/base/", "specs/schema_equal", "specs/key_table", "sensor/"],
}
# One wrapper each, whichever it is: name.c, perhaps with its name_part.c.
ONE_FILE = [r"pcap(/.*)?\.h", r"llhttp\.h", r"hs(/.*)?\.h", r"librdkafka/.*", r"pcre2\.h",
            r"microhttpd\.h", r"maxminddb\.h"]

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600

BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "stpcpy", "gets", "strtok", "strtok_r", "atoi", "atol",
          "atoll", "alloca", "rand", "system", "popen"]

# Only the sensor touches the outside; below it everything is given. A failed check must say where.
OUTSIDE = ["fopen", "open", "openat", "socket", "printf", "fprintf", "puts", "fputs", "perror", "syslog", "time",
           "clock_gettime", "gettimeofday", "pthread_create", "thrd_create", "getenv"]
OUTSIDE_ALLOWED = ["parsers/base/check.c"]

# Written in two pieces, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
WORKPLACE = re.compile("|".join([r"(?<![\w.-])/" + "work/", "/" + "farm/", r"\.\./" + "shared"]))
WORKPLACE_ALLOWED = [".ci/run"]

HEADER_PACKAGES = ["yyjson", "libfyaml", "libpcre2-8", "libnghttp2", "libhs", "rdkafka", "zlib", "libxml-2.0"]

problems = []


def report(path, line, words):
    problems.append((str(path), line, words))


def all_files():
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        top = relative.parts[0]
        if top in (".git", ".pytest_cache") or top.startswith("build") or "__pycache__" in relative.parts:
            continue
        if path.is_file() and not path.is_symlink():
            yield relative


def read(relative):
    return (ROOT / relative).read_text(encoding="utf-8", errors="replace")


def without_comments(text, keep_strings):
    """The same number of lines, with comments (and the insides of literals) blanked."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)

    def blank(found):
        piece = found.group(0)
        if piece[0] in "\"'":
            return piece if keep_strings else piece[0] * 2
        return "\n" * piece.count("\n")
    return pattern.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def floor_of(path):
    name = str(path)
    found = [index for index, floor in enumerate(FLOORS) if name.startswith(floor + "/")]
    return min(found) if found else None


def room_of(path):
    return next((room for room in ROOMS if str(path).startswith(room + "/")), None)


def includes_of(source):
    """(line, target, is_own) of each #include."""
    for found in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', source, re.MULTILINE):
        yield line_of(source, found.start()), found.group(2), found.group(1) == '"'


def check_floors(sources):
    for path, source in sources.items():
        here = floor_of(path)
        for line, target, is_own in includes_of(source):
            if not is_own:
                continue
            if here is None and (ROOT / path).parent.joinpath(target).is_file():
                continue  # what the tests of one room share
            if not (ROOT / target).is_file() and not (ROOT / (target + ".in")).is_file():
                report(path, line, f'"{target}" is not a file of this repository, from its root')
                continue
            there = floor_of(target)
            if here is None:
                continue
            if there is None:
                report(path, line, f'includes "{target}", which is outside of the floors')
            elif there > here:
                report(path, line, f'includes upwards: {FLOORS[here]} may not know "{target}"')
            room, other = room_of(path), room_of(target)
            if room and other and room != other and other not in ROOMS[room]:
                report(path, line, f'a stage does not know another: {room} includes "{target}"')


def check_circles(sources):
    graph = collections.defaultdict(dict)
    for path, source in sources.items():
        if floor_of(path) is None:
            continue
        for line, target, is_own in includes_of(source):
            if is_own:
                graph[str(path)].setdefault(target, line)
    done, open_files = set(), []

    def visit(name):
        if name in open_files:
            circle = open_files[open_files.index(name):] + [name]
            report(open_files[-1], graph[open_files[-1]][name], "circle of includes: " + " -> ".join(circle))
            return
        if name in done:
            return
        open_files.append(name)
        for other in sorted(graph.get(name, {})):
            visit(other)
        open_files.pop()
        done.add(name)
    for name in sorted(graph):
        visit(name)


def is_one_wrapper(modules):
    first = min(modules, key=len)
    return all(module == first or module.startswith(first + "_") for module in modules)


def check_libraries(sources):
    users = collections.defaultdict(set)
    for path, source in sources.items():
        name = str(path)
        if floor_of(path) is None:
            continue
        for line, target, is_own in includes_of(source):
            if is_own:
                continue
            for library, places in LIBRARIES.items():
                if not re.fullmatch(library, target):
                    continue
                users[library].add(str(path.with_suffix("")))
                if not any(name.startswith(place) for place in places):
                    report(path, line, f"<{target}> belongs to {', '.join(places)} only")
                elif library in ONE_FILE and not is_one_wrapper(users[library]):
                    report(path, line, f"<{target}> is included in more than one file: {sorted(users[library])}")


def check_lengths(sources):
    for path in all_files():
        if path.suffix in (".c", ".h", ".py") or path.parts[0] == "scripts" and path.suffix == "":
            count = read(path).count("\n")
            if count > FILE_LINES_MAX:
                report(path, FILE_LINES_MAX + 1, f"file of {count} lines, at most {FILE_LINES_MAX}")
    for path, source in sources.items():
        start = None
        lines = source.split("\n")
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
            elif line.startswith("}") and start is not None:
                length = number - start + 1
                if length > FUNCTION_LINES_MAX:
                    report(path, start, f"function of {length} lines, at most {FUNCTION_LINES_MAX}")
                start = None


def check_calls(sources):
    def find(source, names):
        for found in re.finditer(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(", source):
            yield line_of(source, found.start()), found.group(1)
    for path, text in sources.items():
        source = without_comments(text, keep_strings=False)
        for line, name in find(source, BANNED):
            report(path, line, f"{name}() is not used here")
        for found in re.finditer(r"\bgoto\b", source):
            report(path, line_of(source, found.start()), "goto is not used here")
        floor = floor_of(path)
        if floor is not None and FLOORS[floor] != "sensor" and str(path) not in OUTSIDE_ALLOWED:
            for line, name in find(source, OUTSIDE):
                report(path, line, f"{name}(): nothing below sensor/ touches the outside")


def check_words(_sources):
    for path in all_files():
        if path.suffix in (".pcap", ".pcapng", ".bin", ".gz", ".raw"):
            continue
        text = read(path)
        if "\0" in text or path.parts[:2] == ("tests", "fuzz") and "corpus" in str(path):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if UNFINISHED.search(line):
                report(path, number, "unfinished: " + UNFINISHED.search(line).group(1))
            if WORKPLACE.search(line) and str(path) not in WORKPLACE_ALLOWED:
                report(path, number, "a path of one workplace: " + WORKPLACE.search(line).group(0))


def check_format(sources):
    """Only with the version whose output the tree is formatted with; others differ in details."""
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout if program else ""
    if "version 14." not in version:
        print("tidy: format not checked: clang-format 14 is not here", file=sys.stderr)
        return
    run = subprocess.run([program, "--dry-run", *map(str, sources)], cwd=ROOT, capture_output=True, text=True)
    seen = set()
    for found in re.finditer(r"^([^:\n]+):(\d+):\d+: warning: code should be clang-formatted", run.stderr, re.M):
        if found.group(1) not in seen:
            seen.add(found.group(1))
            report(found.group(1), int(found.group(2)), "not as clang-format would have it (scripts/format)")


def check_headers(sources):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        print("tidy: headers not compiled: no compiler is here", file=sys.stderr)
        return
    flags = []
    for package in HEADER_PACKAGES:
        run = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True)
        flags += run.stdout.split() if run.returncode == 0 else []

    def compile_alone(path):
        return path, subprocess.run(
            [compiler, "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wno-pragma-once-outside-header", "-fsyntax-only",
             "-Werror", "-I.", *flags, "-x", "c", "-"],
            input=f'#include "{path}"\n', cwd=ROOT, capture_output=True, text=True)
    headers = [path for path in sources if path.suffix == ".h"]
    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        for path, run in workers.map(compile_alone, headers):
            if run.returncode != 0:
                first = next((line for line in run.stderr.split("\n") if "error" in line), run.stderr[:200])
                place = re.match(re.escape(str(path)) + r":(\d+):", first)
                report(path, int(place.group(1)) if place else 1, "does not compile alone: " + first)


CHECKS = {"floors": check_floors, "circles": check_circles, "libraries": check_libraries, "lengths": check_lengths,
          "calls": check_calls, "words": check_words, "format": check_format, "headers": check_headers}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--skip", action="append", default=[], choices=CHECKS, help="leave a check out")
    arguments = parser.parse_args()
    sources = {path: without_comments(read(path), keep_strings=True)
               for path in all_files() if path.suffix in (".c", ".h")}
    names = [name for name in CHECKS if name not in arguments.skip]
    for name in names:
        CHECKS[name](sources)
    for path, line, words in sorted(set(problems)):
        print(f"{path}:{line}: {words}")
    print(f"tidy: {len(names)} checks over {len(sources)} C files, {len(set(problems))} departures")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
