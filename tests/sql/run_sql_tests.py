#!/usr/bin/python3
"""Runs the SQL tests of this folder: every NAME.sql, compared with NAME.expected.

A test is a script as a user would write it. Comments in its first lines say how it is run:

    -- args: check {file}      instead of: run --quiet --log-level off --format json {file}
    -- stdin: SELECT 1;        what standard input holds; may be repeated, one line each
    -- env: NAME=VALUE         an environment variable; may be repeated

NAME.expected holds the exit code, then what goes to standard output, then what goes to standard error, word for word.
A line of "-- stdout" or "-- stderr" starts each part. Names of files are relative to this folder.

    run_sql_tests.py [--laminar PATH] [--update] [NAME ...]

--update writes the .expected files instead; read them before you commit them."""

import argparse
import concurrent.futures
import difflib
import os
import pathlib
import shlex
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
DEFAULT_ARGUMENTS = "run --quiet --log-level off --format json {file}"
LIMIT_SECONDS = 120


def directives(script):
    """{name: [values]} of the comments at the top."""
    found = {}
    for line in script.splitlines():
        if not line.startswith("--"):
            break
        name, colon, value = line[2:].strip().partition(":")
        if colon and name in ("args", "stdin", "env"):
            found.setdefault(name, []).append(value.strip())
    return found


def execute(path, laminar):
    """The text of the .expected file that fits what happens now."""
    how = directives(path.read_text())
    arguments = shlex.split(how.get("args", [DEFAULT_ARGUMENTS])[0].replace("{file}", path.name))
    environment = {**os.environ, **dict(pair.split("=", 1) for pair in how.get("env", []))}
    stdin = "".join(line + "\n" for line in how.get("stdin", []))
    done = subprocess.run([laminar, *arguments], input=stdin.encode(), capture_output=True, cwd=FOLDER,
                          env=environment, timeout=LIMIT_SECONDS)
    stdout, stderr = (output.decode("utf-8", "backslashreplace") for output in (done.stdout, done.stderr))
    return f"-- exit {done.returncode}\n-- stdout\n{stdout}-- stderr\n{stderr}"


def run_test(path, laminar, update):
    """A description of what is wrong; empty when nothing is."""
    expected_path = path.with_suffix(".expected")
    try:
        actual = execute(path, laminar)
    except subprocess.TimeoutExpired:
        return f"{path.name}: not done after {LIMIT_SECONDS} seconds\n"
    if update:
        expected_path.write_text(actual, newline="")  # Line ends are part of what is expected.
        return ""
    if not expected_path.exists():
        return f"{path.name}: there is no {expected_path.name}; write it with --update\n"
    expected = expected_path.read_bytes().decode()
    if actual == expected:
        return ""
    difference = difflib.unified_diff(expected.splitlines(keepends=True), actual.splitlines(keepends=True),
                                      str(expected_path.name), "actual")
    return f"{path.name}: not as expected\n" + "".join(difference)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--laminar", default=os.environ.get("LAMINAR", "laminar"), help="the binary")
    parser.add_argument("--update", action="store_true", help="write the .expected files")
    parser.add_argument("names", nargs="*", help="tests to run; all without")
    options = parser.parse_args()
    names = [name.removesuffix(".sql") for name in options.names]
    tests = sorted(path for path in FOLDER.glob("*.sql") if not names or path.stem in names)
    if not tests:
        sys.exit("there is no such test")
    laminar = os.path.abspath(options.laminar) if os.sep in options.laminar else options.laminar
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(lambda path: run_test(path, laminar, options.update), tests) if problem]
    for problem in problems:
        print(problem)
    print(f"{len(tests) - len(problems)} of {len(tests)} SQL tests {'written' if options.update else 'passed'}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
