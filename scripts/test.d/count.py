"""Adds up meson's own logs of test runs.

    count.py TESTLOG.json...       prints: passed failed skipped
    count.py --failed TESTLOG.json prints the names that failed
"""

import json
import sys

GOOD = ("OK", "EXPECTEDFAIL")


def results_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.strip()]
    except FileNotFoundError:
        return []


def main():
    if sys.argv[1] == "--failed":
        for test in results_of(sys.argv[2]):
            if test["result"] not in GOOD and test["result"] != "SKIP":
                print(f"{test['name']} ({test['result']})")
        return
    results = [test["result"] for path in sys.argv[1:] for test in results_of(path)]
    passed = sum(result in GOOD for result in results)
    skipped = results.count("SKIP")
    print(passed, len(results) - passed - skipped, skipped)


if __name__ == "__main__":
    main()
