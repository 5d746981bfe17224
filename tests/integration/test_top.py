"""laminar top: what a running laminar serve does, in a terminal and as text."""

import re
import socket
import threading
import unittest

from certificates import self_signed
from laminar_process import LaminarTestCase, Laminar, run
from terminal import Terminal
from websocket_peer import free_port

SCRIPT = """
    CREATE CONNECTION feed TO generator (rows_per_second = 200);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
    CREATE PIPELINE tens AS SELECT counter FROM ticks WHERE counter % 10 = 0;
"""


def top(*arguments):
    """Exit code, standard output, standard error."""
    done = run("top", *arguments)
    return done.exit_code, done.stdout.text, done.stderr.text


class TopTest(LaminarTestCase):
    def serve(self, *arguments):
        folder = self.temporary_folder()
        (folder / "top.sql").write_text(SCRIPT)
        self.laminar = Laminar("serve", "top.sql", "--postgres", "127.0.0.1:0", "--http", "127.0.0.1:0", *arguments, cwd=folder)
        self.addCleanup(self.laminar.__exit__)
        line = self.laminar.stderr.wait_for(lambda line: "http: listening on" in line, "port")
        return re.search(r"listening on https?://(\S+:\d+)/", line).group(1)

    def terminal(self, *arguments, **options):
        terminal = Terminal(self.temporary_folder(), "top", *arguments, **options)
        self.addCleanup(terminal.kill)
        return terminal

    def test_elsewhere_than_on_a_terminal_it_prints_once(self):
        address = self.serve()
        code, text, said = top("--http", address)
        self.assertEqual((code, said), (0, ""))
        self.assertRegex(text.splitlines()[0], rf"^{re.escape(address)}  messages/s in [\d.]+ out 0  rows/s [\d.]+  retained [\d.]+ [KM]?i?B  state 0 B$")
        self.assertRegex(text, r"CONNECTION +STATE +IN/S")
        self.assertRegex(text, r"feed +connected +[\d.]+")
        self.assertRegex(text, r"tens +running +[\d.]+")
        self.assertRegex(text, r"ticks +stream +[\d.]+")
        self.assertNotIn("\x1b", text)

    def test_a_terminal_shows_it_until_q(self):
        address = self.serve()
        screen = self.terminal("--http", address)
        screen.wait_for("\x1b[?1049h")
        screen.wait_for("q ends")
        screen.wait_for("\x1b[32mconnected")
        # Again, a second later: now with rates.
        screen.wait_for("\x1b[H")
        screen.send("q")
        self.assertEqual(screen.end(), 0)
        self.assertIn("\x1b[?25h\x1b[?1049l", screen.text)

    def test_a_narrow_and_low_terminal_shows_what_matters(self):
        address = self.serve()
        screen = self.terminal("--http", address, rows=5, columns=30, environment={"NO_COLOR": "1"})
        screen.wait_for("\x1b[H")
        shown = screen.wait_for("lines more")
        self.assertIn("feed", shown)
        self.assertIn("connected", shown)
        for line in re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", shown).split("\r\n"):
            self.assertLessEqual(len(line.rstrip("\r")), 30, line)
        screen.send("\x03")
        self.assertEqual(screen.end(), 0)

    def test_a_server_that_goes_away_is_waited_for(self):
        address = self.serve()
        screen = self.terminal("--http", address)
        screen.wait_for("connected")
        self.laminar.__exit__()
        screen.wait_for("no answer from " + address)
        screen.send("q")
        self.assertEqual(screen.end(), 0)

    def test_over_tls(self):
        folder = self.temporary_folder()
        certificate, key = self_signed(folder, "served", "IP:127.0.0.1,DNS:localhost")
        address = self.serve("--tls-cert", certificate, "--tls-key", key)
        code, text, said = top("--http", address, "--tls", "--tls-ca", certificate)
        self.assertEqual((code, said), (0, ""))
        self.assertRegex(text, r"feed +connected +[\d.]+")
        code, text, said = top("--http", address, "--tls")
        self.assertEqual((code, text), (1, ""))
        self.assertIn(f"no answer from {address}: ", said)
        self.assertIn("certificate", said)
        code, _, said = top("--http", address, "--tls", "--tls-ca", folder / "nothing")
        self.assertEqual(code, 1)
        self.assertEqual(top("--http", address)[0], 1)

    def test_nobody_there(self):
        port = free_port()
        code, text, said = top("--http", f"127.0.0.1:{port}")
        self.assertEqual((code, text), (1, ""))
        self.assertIn(f"laminar: no answer from 127.0.0.1:{port}: Connection refused", said)
        code, _, said = top("--http", "nowhere")
        self.assertEqual(code, 2)
        self.assertIn('"nowhere" is not HOST:PORT', said)

    def test_somebody_else_is_there(self):
        for answer, said in ((b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", "the answer is not one of laminar serve"),
                             (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "it answered with status 404"),
                             (b"SSH-2.0-OpenSSH\r\n", "no answer from"),
                             (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "no answer from")):
            with self.subTest(answer), socket.create_server(("127.0.0.1", 0)) as server:
                def serve_one():
                    client, _ = server.accept()
                    with client:
                        client.recv(65536)
                        client.sendall(answer)

                thread = threading.Thread(target=serve_one)
                thread.start()
                code, text, heard = top("--http", f"127.0.0.1:{server.getsockname()[1]}")
                thread.join()
                self.assertEqual((code, text), (1, ""))
                self.assertIn(said, heard)


if __name__ == "__main__":
    unittest.main()
