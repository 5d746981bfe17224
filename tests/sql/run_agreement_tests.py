#!/usr/bin/python3
"""Checks that laminar check and laminar run come to the same verdict: the same findings, at the same places.

agreement/statements.sql has the cases, and says how. The scripts error_*.sql beside this file are held to it as well,
but for those about what only happens while a statement is executed.

    run_agreement_tests.py [--laminar PATH] [WORD ...]    only cases whose title has one of the words"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
LIMIT_SECONDS = 120
# What only check looks for: risks that are no mistakes of a statement.
ONLY_CHECK = {"L511", "L512", "L513", "L514", "L515", "L516"}
# What values bring about when a statement is executed, not the statement itself.
ONLY_RUN = {"error_execution.sql", "error_conversion.sql"}


def cases():
    text = (FOLDER / "agreement" / "statements.sql").read_text()
    for part in re.split(r"^--- ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        expected = re.search(r"^-- expect: (.*)$", body, re.MULTILINE).group(1).split()
        yield title.strip(), body, [] if expected == ["none"] else sorted(expected)


def execute(laminar, folder, *arguments):
    try:
        return subprocess.run([laminar, *arguments], capture_output=True, cwd=folder, timeout=LIMIT_SECONDS, text=True)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, -1, "", f"not done after {LIMIT_SECONDS} seconds")


def found_by_check(laminar, folder, name):
    done = execute(laminar, folder, "check", "--format", "json", name)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    return [(each["code"], each["line"], each["column"]) for each in findings
            if each["severity"] in ("error", "warning") and each["code"] not in ONLY_CHECK]


def found_by_run(laminar, folder, name):
    done = execute(laminar, folder, "run", "--quiet", "--log-level", "off", "--format", "json", "--until-idle", "1s", name)
    pattern = rf"^{re.escape(name)}:(\d+):(\d+): (?:error|warning)\[(L\d+)\]"
    found = [(code, int(line), int(column)) for line, column, code in re.findall(pattern, done.stderr, re.MULTILINE)]
    if not found and done.returncode != 0:
        found.append((done.stderr.strip(), 0, 0))
    return found


def compare_case(laminar, title, body, expected):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "case.sql").write_text(body)
        shutil.copy(FOLDER / "readings.ndjson", folder)
        checked = sorted(found_by_check(laminar, folder, "case.sql"))
        run = sorted(found_by_run(laminar, folder, "case.sql"))
    codes = sorted(code for code, _, _ in checked)
    if codes != expected:
        return f"{title}: check finds {checked}, expected are {expected or 'none'}"
    if checked != run:
        return f"{title}: check finds {checked}, run finds {run}"
    return ""


def compare_script(laminar, path):
    """A run ends with the first statement that is wrong."""
    checked = found_by_check(laminar, FOLDER, path.name)
    run = found_by_run(laminar, FOLDER, path.name)
    if run and run == checked[:len(run)]:
        return ""
    return f"{path.name}: check finds {checked}, run finds {run}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--laminar", default=os.environ.get("LAMINAR", "laminar"), help="the binary")
    parser.add_argument("words", nargs="*", help="of the titles of cases to run; all without")
    options = parser.parse_args()
    laminar = os.path.abspath(options.laminar) if os.sep in options.laminar else options.laminar
    wanted = [case for case in cases() if not options.words or any(word in case[0] for word in options.words)]
    scripts = [path for path in sorted(FOLDER.glob("error_*.sql")) if path.name not in ONLY_RUN and not options.words]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(compare_case, laminar, *case) for case in wanted]
        jobs += [pool.submit(compare_script, laminar, path) for path in scripts]
        problems = [problem for problem in (job.result() for job in jobs) if problem]
    for problem in problems:
        print(problem)
    print(f"{len(jobs) - len(problems)} of {len(jobs)} cases: check and run agree")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
