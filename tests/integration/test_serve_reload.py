"""SIGHUP to laminar serve: users, tokens, certificates and secrets are read anew, on both ports."""

import pathlib
import signal
import socket
import ssl
import struct
import unittest

from certificates import self_signed
from http_serving import HttpTestCase, trusting
from laminar_process import LIMIT_SECONDS, run
from websocket_peer import Server

TOKENS = ("first-token-that-nobody-guesses", "second-token-that-nobody-guesses")


class ReloadTest(HttpTestCase):
    def token_line(self, name, token):
        made = run("hash-password", name, "--token", stdin=token + "\n")
        self.assertEqual(made.exit_code, 0, made.stderr.text)
        return made.stdout.text

    def reload(self, served):
        """Waits until it says so once more."""
        lines = [line for line in served.laminar.stderr.lines if "users and certificates" in line]
        left = len(lines) + 1
        served.laminar.process.send_signal(signal.SIGHUP)

        def is_next(line):
            nonlocal left
            left -= "users and certificates" in line
            return left == 0

        return served.laminar.stderr.wait_for(is_next, "reload")

    def test_tokens_of_http(self):
        users = self.temporary_folder() / "users"
        users.write_text(self.token_line("old", TOKENS[0]))
        served = self.serve("", "--users", users)

        def status_of(token):
            return served.request("POST", "/api/v1/query", "SELECT 1", Content_Type="text/plain", Authorization=f"Bearer {token}")[0]

        self.assertEqual([status_of(token) for token in TOKENS], [200, 401])
        users.write_text(self.token_line("new", TOKENS[1]))
        self.assertEqual([status_of(token) for token in TOKENS], [200, 401], "before the signal")
        self.assertIn("reloaded", self.reload(served))
        self.assertEqual([status_of(token) for token in TOKENS], [401, 200])
        # A file that cannot be used changes nothing.
        users.write_text("new nonsense\n")
        self.assertIn("stay as they were", self.reload(served))
        self.assertEqual([status_of(token) for token in TOKENS], [401, 200])

    def test_certificates_of_both_ports(self):
        folder = self.temporary_folder()
        certificate, key = self_signed(folder, "server", "IP:127.0.0.1")
        served = self.serve("", "--tls-cert", certificate, "--tls-key", key, "--postgres", "127.0.0.1:0")
        line = served.laminar.stderr.wait_for(lambda line: "postgres: listening on" in line, "port")
        postgres = int(line.rpartition("127.0.0.1:")[2].split()[0].strip("/,"))
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

        def shown():
            """The certificates of the two, as they are shown to new connections."""
            found = []
            for port, begin in ((served.port, b""), (postgres, struct.pack("!ii", 8, 80877103))):
                with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS) as plain:
                    if begin:
                        plain.sendall(begin)
                        self.assertEqual(plain.recv(1), b"S")
                    with context.wrap_socket(plain) as encrypted:
                        found.append(ssl.DER_cert_to_PEM_cert(encrypted.getpeercert(True)).strip())
            return found

        first = pathlib.Path(certificate).read_text().strip()
        self.assertEqual(shown(), [first, first])
        served.context = trusting(certificate)
        kept = served.connect()
        self.addCleanup(kept.close)
        self.assertEqual(served.request("GET", "/healthz", connection=kept)[0], 200)
        other = self.temporary_folder()
        new_certificate, new_key = self_signed(other, "server", "IP:127.0.0.1")
        pathlib.Path(certificate).write_bytes(pathlib.Path(new_certificate).read_bytes())
        # A key that does not go with it: both ports keep what they have.
        self.assertIn("stay as they were", self.reload(served))
        self.assertEqual(shown(), [first, first])
        pathlib.Path(key).write_bytes(pathlib.Path(new_key).read_bytes())
        self.assertIn("reloaded", self.reload(served))
        second = pathlib.Path(certificate).read_text().strip()
        self.assertNotEqual(first, second)
        self.assertEqual(shown(), [second, second])
        # Who is connected stays.
        self.assertEqual(served.request("GET", "/healthz", connection=kept)[0], 200)

    def test_secrets(self):
        """A connection that comes back after SIGHUP has the new one, and so has a webhook."""
        folder = self.temporary_folder()
        (folder / "feed_key").write_text("first-secret-of-the-feed")
        (folder / "hook").write_text("first-token-of-the-hook")
        with Server() as peer:
            served = self.serve(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{peer.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 50,
                    max_reconnect_interval_ms = 100, headers = MAP {{'X-Key': '${{secret:feed_key}}'}});
                CREATE TABLE messages (id BIGINT) WITH (connector = 'feed');
                CREATE TABLE hooks (id BIGINT) WITH (webhook_auth_token = '${{secret:hook}}');
            """, "--secrets-dir", folder)
            peer.wait_for_clients(1)
            (folder / "feed_key").write_text("second-secret-of-the-feed")
            (folder / "hook").write_text("second-token-of-the-hook")
            served.laminar.process.send_signal(signal.SIGHUP)
            served.wait_for_log("secrets")
            self.assertEqual(served.request("POST", "/api/v1/tables/hooks", '{"id": 1}', Authorization="Bearer first-token-of-the-hook")[0], 401)
            self.assertEqual(served.request("POST", "/api/v1/tables/hooks", '{"id": 1}', Authorization="Bearer second-token-of-the-hook")[0], 200)
            peer.drop_clients()
            served.laminar.stderr.wait_for(lambda _: len(peer.requests) == 2, "second connection")
            self.assertEqual([headers["X-Key"] for _, headers in peer.requests], ["first-secret-of-the-feed", "second-secret-of-the-feed"])
        for text in ("secret-of-the-feed", "token-of-the-hook"): self.assertNotIn(text, served.laminar.stderr.text)


if __name__ == "__main__":
    unittest.main()
