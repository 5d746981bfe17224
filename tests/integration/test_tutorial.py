"""docs/tutorial.md, followed step by step: its files are written, its commands executed, their output compared.

A block whose first line is "-- NAME" or "# NAME" is the file of that name. In a console block, "$ " begins a command, and what follows
is its output, on both outputs; "..." in it stands for anything. A command that ends with & goes on in the background."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

from laminar_process import LIMIT_SECONDS, PROJECT, LaminarTestCase, binary
from websocket_peer import free_port

TUTORIAL = PROJECT / "docs" / "tutorial.md"
PORT = "8765"


def blocks(text):
    """[(language, body)] of the fenced blocks."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class DocumentTest:
    """For test cases: follows a document."""

    def follow(self, document, ports):
        """ports: by the one that the document has, the one to take."""
        folder = self.temporary_folder()
        os.symlink(binary(), folder / "laminar")
        os.symlink(sys.executable, folder / "python3")
        self.environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        text = document.read_text()
        for port, free in ports.items():
            text = text.replace(port, free)
        commands = 0
        for language, body in blocks(text):
            first = body.partition("\n")[0]
            if re.fullmatch(r"(--|#) \S+", first):
                (folder / first.split()[1]).write_text(body)
            elif language == "console":
                for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
                    commands += 1
                    port = next((int(free) for free in reversed(ports.values()) if free in command), int(next(iter(ports.values()))))
                    with self.subTest(command):
                        self.execute(command, expected, folder, port)
        self.assertEqual(commands, body_count(text))

    def execute(self, command, expected, folder, port):
        if command.endswith("&"):
            process = subprocess.Popen(["bash", "-c", "exec " + command[:-1]], cwd=folder, env=self.environment, start_new_session=True,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(process.wait)
            self.addCleanup(process.send_signal, signal.SIGKILL)
            self.wait_for_port(port, process)
            return
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=LIMIT_SECONDS, text=True)
        pattern = re.escape(expected).replace(r"\.\.\.", ".*?")
        self.assertRegex(done.stdout, re.compile(f"^{pattern}$", re.DOTALL), f"{command}\n{done.stdout}\ninstead of\n{expected}")

    def wait_for_port(self, port, process):
        deadline = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        self.fail("the service does not listen")


def body_count(text):
    return len(re.findall(r"^\$ ", text, re.MULTILINE))


class TutorialTest(DocumentTest, LaminarTestCase):
    def test_a_newcomer_gets_what_is_promised(self):
        self.follow(TUTORIAL, {PORT: str(free_port())})


if __name__ == "__main__":
    unittest.main()
