#!/usr/bin/env python3
"""Counts the instructions that the hot paths take for a message and compares them with what they took before.

Usage: check_instructions.py PROGRAM COUNTS COMPILER [--update]
PROGRAM is instruction_work, COUNTS the file with the numbers to compare with, COMPILER what it was built with.
--update writes what is counted now into COUNTS. Exits with 77 (skipped) when COUNTS are another compiler's.

Each path is run with two numbers of rounds; their difference leaves out what starting costs. The count depends on the
input alone, not on time or load.
"""
import json
import re
import subprocess
import sys

FEW, MANY = 4, 12  # Rounds.
MESSAGES = 250  # Of a round, as in work.cpp.


def instructions(program, path, rounds):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, path, str(rounds)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"{' '.join(command)} failed with {run.returncode}:\n{run.stderr}")
    return int(found.group(1))


def main():
    program, counts_path, compiler = sys.argv[1:4]
    with open(counts_path, encoding="utf-8") as file:
        counts = json.load(file)
    update = "--update" in sys.argv[4:]
    if counts["compiler"] != compiler and not update:
        print(f"skipped: the counts were taken with {counts['compiler']}, this is {compiler}")
        return 77
    tolerance = counts["tolerance_percent"] / 100
    failed = False
    for path, before in counts["instructions_per_message"].items():
        now = round((instructions(program, path, MANY) - instructions(program, path, FEW)) /
                    ((MANY - FEW) * MESSAGES))
        change = now / before - 1
        print(f"{path}: {now} instructions a message, {change:+.1%} to {before}")
        counts["instructions_per_message"][path] = now
        if update:
            continue
        if change > tolerance:
            failed = True
            print(f"  more than {tolerance:.0%} above: find out why (callgrind_annotate), or take them over with --update")
        elif change < -tolerance:
            failed = True
            print("  a good deal less: take the new numbers over with --update, so that they are kept")
    if update:
        counts["compiler"] = compiler
        with open(counts_path, "w", encoding="utf-8") as file:
            json.dump(counts, file, indent=2)
            file.write("\n")
    return 1 if failed else 0


sys.exit(main())
