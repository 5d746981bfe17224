#!/usr/bin/env python3
"""Writes bench/RESULTS.md to standard output.

Usage: write_results.py LINES FINDINGS
LINES has one line of JSON for each bench, as bench/report.h prints it; FINDINGS is what people found out, in Markdown.
"""
import datetime
import json
import platform
import subprocess
import sys


def machine():
    cores = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    model = "unknown processor"
    memory = 0
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="utf-8") as lines:
        memory = int(lines.readline().split()[1]) // (1 << 20)
    load = open("/proc/loadavg", encoding="utf-8").read().split()[1]
    return (f"{cores} cores ({model}), {memory} GiB, Linux {platform.release().split('-')[0]}, {compiler}, "
            f"release preset; {datetime.date.today()}. Load of the machine in the last five minutes: {load}.")


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def spread(figure):
    if figure["min"] == figure["max"]:
        return number(figure["median"])
    return f"{number(figure['median'])} ({number(figure['min'])} to {number(figure['max'])})"


def main():
    lines, findings = sys.argv[1:]
    with open(lines, encoding="utf-8") as file:
        reports = [json.loads(line) for line in file]
    print("# What was measured\n")
    print("Written by `scripts/bench`. Figures are the median of several interleaved rounds, with the least and the most "
          "in parentheses; ratios are taken within each round, and are what to go by: absolute figures drift with "
          "whatever else the machine does.\n")
    print(machine() + "\n")
    print("## Targets\n")
    table(["target", "met", "figure"],
          [[target["target"], "yes" if target["met"] else "**no**", f"{spread(target)} {target['unit']}"]
           for report in reports for target in report["targets"]])
    with open(findings, encoding="utf-8") as file:
        print(file.read())
    print("## Figures\n")
    for report in reports:
        print(f"### {report['bench']}\n")
        print(f"{report['subject'][0].upper()}{report['subject'][1:]}.\n")
        table(["", "median (min to max)", "unit", "rounds"],
              [[figure["name"], spread(figure), figure["unit"], str(figure["rounds"])] for figure in report["figures"]])


main()
