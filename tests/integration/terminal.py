"""Runs laminar on a pseudo-terminal and types."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from laminar_process import LIMIT_SECONDS, binary


def set_size(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Terminal:
    """A laminar on a pseudo-terminal; text is what it has written and nobody has waited for yet."""

    def __init__(self, home, *arguments, environment=None, rows=40, columns=100):
        self.text = ""
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            for name in ("XDG_STATE_HOME", "NO_COLOR", "PAGER", "LAMINAR_PAGER", "LC_ALL"):
                os.environ.pop(name, None)
            os.environ.update(HOME=str(home), TERM="xterm", LANG="C.UTF-8", **(environment or {}))
            # Before it starts, so that it is not told of a new size while it is typed to.
            set_size(0, rows, columns)
            os.execv(binary(), ["laminar", *(arguments or ["shell"])])

    def resize(self, rows, columns):
        set_size(self._terminal, rows, columns)

    def send(self, text):
        os.write(self._terminal, text.encode())

    def _read(self, seconds):
        readable, _, _ = select.select([self._terminal], [], [], max(0, seconds))
        if not readable:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            data = b""  # The other side is closed.
        if not data:
            raise AssertionError(f"ended; the rest is {self.text!r}")
        self.text += data.decode("utf-8", "replace")
        return True

    def wait_for(self, what):
        """Everything up to and with what, which is consumed."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while what not in self.text:
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"no {what!r} in {self.text!r}")
        end = self.text.index(what) + len(what)
        seen, self.text = self.text[:end], self.text[end:]
        return seen

    def interrupt_until(self, what):
        """Gives the signal until it shows an effect: it may come before the statement that it is meant for."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while what not in self.text and time.monotonic() < deadline:
            self.send("\x03")
            patience = time.monotonic() + 2
            while what not in self.text and time.monotonic() < patience:
                self._read(patience - time.monotonic())
        return self.wait_for(what)

    def end(self):
        """The exit code; what is still written goes to text."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            readable, _, _ = select.select([self._terminal], [], [], max(0, deadline - time.monotonic()))
            if not readable:
                raise AssertionError(f"does not end; the rest is {self.text!r}")
            try:
                data = os.read(self._terminal, 65536)
            except OSError:
                break  # The other side is closed.
            if not data:
                break
            self.text += data.decode("utf-8", "replace")
        _, status = os.waitpid(self.process, 0)
        os.close(self._terminal)
        self.process = None
        return os.waitstatus_to_exitcode(status)

    def kill(self):
        if self.process is None:
            return
        try:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
