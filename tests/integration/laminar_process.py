"""Runs the laminar binary as a child process and looks at what it prints.

The binary is named by the environment variable LAMINAR; CTest sets it."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

# A generous limit for anything that should happen; tests wait for events and end as soon as those happen.
LIMIT_SECONDS = 120
# What the address sanitizer keeps back of what has been freed.
QUARANTINE_BYTES = 320 << 20 if "address" in os.environ.get("LAMINAR_SANITIZE", "") else 0
# The thread sanitizer keeps four bytes for each that the program touches.
MEMORY_FACTOR = 5 if os.environ.get("LAMINAR_SANITIZE") == "thread" else 1

PROJECT = pathlib.Path(__file__).resolve().parents[2]


# Put before a command: no file that it writes can grow, as on a full disk.
WITHOUT_DISK = ["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh"]


def binary():
    path = os.environ.get("LAMINAR")
    if not path:
        raise AssertionError("the environment variable LAMINAR does not name the binary")
    return path


class Output:
    """Lines of one of a process's outputs, collected as they come."""

    def __init__(self, stream):
        self.lines = []
        self._arrived = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._collect, args=(stream,), daemon=True)
        self._thread.start()

    def _collect(self, stream):
        for line in stream:
            with self._arrived:
                self.lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))
                self._arrived.notify_all()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()
        stream.close()

    def wait_for(self, matches, what):
        """The first line that matches; fails when the output ends or the limit passes without one."""
        deadline = time.monotonic() + LIMIT_SECONDS
        seen = 0
        with self._arrived:
            while True:
                for line in self.lines[seen:]:
                    if matches(line):
                        return line
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    raise AssertionError(f"no {what} in:\n" + "\n".join(self.lines))
                self._arrived.wait(left)

    def wait_for_line(self, number):
        """The line of a number, from 0."""
        left = number + 1

        def counts(_):
            nonlocal left
            left -= 1
            return left == 0

        return self.wait_for(counts, f"line {number + 1}")

    def join(self):
        self._thread.join(LIMIT_SECONDS)

    @property
    def text(self):
        return "\n".join(self.lines)


class Laminar:
    """A running laminar. Use as a context manager: what still runs at the end is killed."""

    def __init__(self, *arguments, stdin=None, keep_stdin_open=False, environment=None, cwd=None):
        self.process = subprocess.Popen(
            [binary(), *map(str, arguments)],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            cwd=cwd,
        )
        self.stdout = Output(self.process.stdout)
        self.stderr = Output(self.process.stderr)
        if stdin is not None:
            self.process.stdin.write(stdin.encode())
            if not keep_stdin_open:
                self.process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.stdout.join()
        self.stderr.join()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def wait(self):
        """The exit code; everything printed has been collected then."""
        try:
            code = self.process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"laminar did not end; stdout:\n{self.stdout.text}\nstderr:\n{self.stderr.text}")
        self.stdout.join()
        self.stderr.join()
        return code

    @property
    def rows(self):
        """The printed objects, of --format json."""
        # Floats keep their text, so that nothing is lost before a test looks at them.
        return [json.loads(line, parse_float=Real) for line in self.stdout.lines]


class Real(float):
    """A float that remembers how it was written."""

    def __new__(cls, text):
        value = super().__new__(cls, text)
        value.text = text
        return value


def run(*arguments, **options):
    """Runs laminar to its end."""
    with Laminar(*arguments, **options) as laminar:
        laminar.exit_code = laminar.wait()
        return laminar


class Shell(Laminar):
    """A shell whose statements are given one after the other, so that a test can look at its state in between."""

    def __init__(self, *arguments, **options):
        super().__init__("shell", "--log-level", "warn", *arguments, stdin="", keep_stdin_open=True, **options)
        self._answers = 0

    def execute(self, script):
        """Returns when all statements have been executed; those that fail show on stderr."""
        self._answers += 1
        end = f"<<end {self._answers}>>"
        before = len(self.stdout.lines)  # First: the answer may come at once.
        self.process.stdin.write(f"{script.rstrip().rstrip(';')};\nSELECT '{end}' AS shown;\n".encode())
        self.process.stdin.flush()
        self.stdout.wait_for(lambda line: end in line, "end of the statements")
        return self.stdout.lines[before:]

    def select(self, columns, source):
        """Rows as lists of JSON values."""
        lines = self.execute(f"SELECT '<<' || CAST(json_array({columns}) AS VARCHAR) || '>>' AS shown FROM {source}")
        return [json.loads(line.partition("<<")[2].rpartition(">>")[0]) for line in lines if "<<[" in line]

    def wait_until(self, columns, source, holds):
        """Looks again and again until the rows are as they should be; returns them."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            rows = self.select(columns, source)
            if holds(rows):
                return rows
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain; at last {columns} = {rows}\nstderr:\n{self.stderr.text}")
            time.sleep(0.05)

    def wait_for_state(self, connection, state):
        """Returns [state_reason, last_error] of the connection when it has come into that state."""
        rows = self.wait_until("connection_state, state_reason, last_error",
                               f"system.connections WHERE connection_name = '{connection}'",
                               lambda rows: rows and rows[0][0] == state)
        return rows[0][1:]

    def leave(self):
        self.process.stdin.close()
        return self.wait()


class LaminarTestCase(unittest.TestCase):
    maxDiff = 4000

    def run_script(self, script, *arguments, expect=0, **options):
        """Runs a script to its end and returns what it printed."""
        laminar = run("run", "--format", "json", "--log-level", "warn", *arguments, "-e", script, **options)
        self.assertEqual(laminar.exit_code, expect, f"stdout:\n{laminar.stdout.text[-4000:]}\nstderr:\n{laminar.stderr.text}")
        return laminar

    def start_script(self, script, *arguments, **options):
        level = [] if "--log-level" in arguments else ["--log-level", "warn"]
        laminar = Laminar("run", "--format", "json", *level, *arguments, "-e", script, **options)
        self.addCleanup(laminar.__exit__)
        return laminar

    def start_shell(self, *arguments, **options):
        shell = Shell(*arguments, **options)
        self.addCleanup(shell.__exit__)
        return shell

    def temporary_folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)
