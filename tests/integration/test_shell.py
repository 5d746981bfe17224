"""The shell, through a pipe and on a terminal."""

import os
import pty
import select
import signal
import time
import unittest

from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary, run


class PipedShellTest(LaminarTestCase):
    def test_statements_over_several_lines(self):
        laminar = run("shell", stdin="SELECT\n 1 AS one,\n 'a;b' AS text;\nSELECT 2 AS two")
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        self.assertIn("a;b", laminar.stdout.text)
        self.assertIn("two", laminar.stdout.text)
        self.assertNotIn("laminar>", laminar.stdout.text)

    def test_an_error_does_not_end_it(self):
        laminar = run("shell", stdin="SELECT nope;\nSELECT 'later' AS word;\n")
        self.assertEqual(laminar.exit_code, 1)
        self.assertIn("later", laminar.stdout.text)
        self.assertIn("^", laminar.stderr.text)

    def test_commands(self):
        laminar = run("shell", stdin="CREATE TABLE birds (name TEXT);\n\\d\n\\d birds\n\\?\n\\q\nSELECT 'not reached' AS x;\n")
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        self.assertIn("birds", laminar.stdout.text)
        self.assertIn("VARCHAR", laminar.stdout.text)
        self.assertNotIn("not reached", laminar.stdout.text)


class Terminal:
    """A shell on a pseudo-terminal."""

    def __init__(self, home):
        self.text = ""
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.environ.update(HOME=str(home), TERM="xterm", LANG="C.UTF-8")
            os.environ.pop("XDG_STATE_HOME", None)
            os.execv(binary(), ["laminar", "shell"])

    def send(self, text):
        os.write(self._terminal, text.encode())

    def wait_for(self, what):
        deadline = time.monotonic() + LIMIT_SECONDS
        while what not in self.text:
            readable, _, _ = select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))
            if not readable:
                raise AssertionError(f"no {what!r} in {self.text!r}")
            try:
                self.text += os.read(self._terminal, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"ended without {what!r} in {self.text!r}") from None
        self.text = self.text[self.text.index(what) + len(what):]

    def interrupt_until(self, what):
        """Gives the signal until it shows an effect: it may come before the statement that it is meant for. Not faster
        than that, for the terminal throws away what it has not shown yet when it takes a signal."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while what not in self.text and time.monotonic() < deadline:
            self.send("\x03")
            patience = time.monotonic() + 2
            while what not in self.text and time.monotonic() < patience:
                readable, _, _ = select.select([self._terminal], [], [], max(0, patience - time.monotonic()))
                if readable:
                    self.text += os.read(self._terminal, 65536).decode("utf-8", "replace")
        self.wait_for(what)

    def end(self):
        try:
            while os.read(self._terminal, 65536):
                pass
        except OSError:
            pass  # The other side is closed.
        _, status = os.waitpid(self.process, 0)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status)

    def kill(self):
        try:
            os.kill(self.process, signal.SIGKILL)
        except ProcessLookupError:
            pass


class TerminalShellTest(LaminarTestCase):
    def test_editing_cancelling_and_history(self):
        home = self.temporary_folder()
        shell = Terminal(home)
        self.addCleanup(shell.kill)
        shell.wait_for("laminar> ")
        shell.send("SELECT 40 +\n")
        shell.wait_for("...> ")
        shell.send("2 AS answer;\n")
        shell.wait_for("42")
        shell.wait_for("laminar> ")
        shell.send("SELECT 'dropped line")
        shell.wait_for("dropped line")
        shell.send("\x03")
        shell.wait_for("laminar> ")
        shell.send("CREATE CONNECTION slow TO generator (rows_per_second = 1); CREATE TABLE t (counter BIGINT) WITH (connector = 'slow');\n")
        shell.wait_for("CREATE TABLE\r\n")
        shell.wait_for("laminar> ")
        shell.send("SELECT 'be' || 'gun' AS state; WAIT FOR t COUNT 1000000;\n")
        shell.wait_for("begun")
        # Whichever of the two it meets, the rest of the line is dropped.
        shell.interrupt_until("laminar> ")
        shell.send("SELECT 'still ' || 'here' AS word;\n")
        shell.wait_for("still here")
        shell.send("\\q\n")
        self.assertEqual(shell.end(), 0)
        history = (home / ".local" / "state" / "laminar" / "history").read_text()
        self.assertIn("answer", history)

    def test_rows_of_streams_appear_while_a_line_is_edited(self):
        shell = Terminal(self.temporary_folder())
        self.addCleanup(shell.kill)
        shell.wait_for("laminar> ")
        shell.send("CREATE CONNECTION g TO generator (rows_per_second = 20); CREATE PIPELINE ticking AS SELECT counter FROM g;\n")
        shell.wait_for("ticking |" if "|" in shell.text else "ticking ")
        shell.wait_for("ticking ")
        shell.send("SELECT 6 * 7 AS answer;\n")
        shell.wait_for("answer")
        shell.wait_for("42")
        shell.send("\\q\n")
        self.assertEqual(shell.end(), 0)


if __name__ == "__main__":
    unittest.main()
