"""Peers that name the URL at which to go on (reconnect_url_path), and servers that redirect (follow_redirects)."""

import http
import json
import unittest

from certificates import Authority, server_context
from laminar_process import LaminarTestCase
from websocket_peer import Server, free_port


class Leaving(Server):
    """Sends messages to each client, and says to whom it left and how."""

    def __init__(self, *messages, **options):
        self.messages = list(messages)
        self.closings = []
        super().__init__(**options)

    async def serve_client(self, client):
        for message in self.messages:
            await client.send(json.dumps(message))
        await super().serve_client(client)
        async with self._changed:
            self.closings.append((client.close_code, client.close_reason))
            self._changed.notify_all()

    def wait_for_closing(self):
        self.loop.call(self._wait_until(lambda: self.closings))
        return self.closings[0]


class FollowingTest(LaminarTestCase):
    def open_feed(self, server, options="", endpoint=None):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{endpoint or server.url()}', mode = 'client', format = 'json',
                reconnect_interval_ms = 3600000, max_reconnect_interval_ms = 3600000, reconnect_url_path = '$.session.reconnect_url'{options});
            CREATE TABLE events (n INT, url TEXT WITH (json_path = '$.session.reconnect_url')) WITH (connector = 'feed');
        """)
        return shell

    @staticmethod
    def url_at(url, n=0):
        return {"n": n, "session": {"reconnect_url": url}}

    def wait_for_log(self, shell, event):
        return shell.wait_until("message", f"system.websocket_logs WHERE event = '{event}'", lambda rows: rows)[0][0]

    def test_it_goes_on_there_and_then_leaves(self):
        with Leaving({"n": 3}) as second, Leaving({"n": 1}, self.url_at(second.url("/next?token=abc"), 2)) as first:
            shell = self.open_feed(first, ", subscribe_message = 'hello'")
            shell.wait_until("n", "events ORDER BY n", lambda rows: rows == [[1], [2], [3]])
            self.assertEqual(first.wait_for_closing(), (1000, "goes on elsewhere"))
            self.assertEqual(second.wait_for_messages(1), ["hello"])
            self.assertEqual((second.requests[0][0], len(first.requests)), ("/next?token=abc", 1))
            rows = shell.select("connection_state, endpoint, reconnect_count, errors", "system.websocket_connections")
            self.assertEqual(rows, [["connected", second.url("/next"), 1, 0]], "what may be a token in the URL is not shown")
            gap = shell.select("reason, ended_at IS NOT NULL", "system.websocket_gaps")
            self.assertEqual(gap, [[f"goes on at {second.url('/next')}", True]])
            # Afterwards the endpoint counts again.
            shell.execute("ALTER CONNECTION feed SET (reconnect_interval_ms = 20)")
            first.wait_for_clients(2)

    def test_handshake_and_rows_go_on_there(self):
        with Leaving({"type": "welcome", "n": 2}) as second, Leaving({"type": "welcome"}, self.url_at(second.url(), 1)) as first:
            shell = self.open_feed(first, ", handshake = [MAP {'expect': MAP {'$.type': 'welcome'}}, MAP {'send': 'id ' || NEXT_ID()}]")
            self.assertEqual(second.wait_for_messages(1), ["id 1"])
            shell.wait_until("connection_state", "system.websocket_connections", lambda rows: rows == [["connected"]])
            shell.execute("INSERT INTO events VALUES (7, 'x')")
            self.assertEqual(json.loads(second.wait_for_messages(2)[1])["n"], 7)

    def test_nothing_there_asks_for_nothing(self):
        with Leaving(self.url_at(None), {"n": 1}, {"session": 5}) as server:
            shell = self.open_feed(server)
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[3]])
            self.assertEqual(shell.select("COUNT(*)", "system.websocket_logs WHERE event IN ('following', 'not_followed')"), [[0]])

    def test_where_it_cannot_be_reached_the_connection_stays(self):
        nowhere = f"ws://127.0.0.1:{free_port()}/"
        with Leaving(self.url_at(nowhere), {"n": 1}) as server:
            shell = self.open_feed(server)
            self.assertIn("refused", self.wait_for_log(shell, "not_followed"))
            shell.execute("INSERT INTO events VALUES (5, NULL)")
            self.assertEqual(json.loads(server.wait_for_messages(1)[0])["n"], 5)
            self.assertEqual(shell.select("connection_state, reconnect_count", "system.websocket_connections"), [["connected", 0]])

    def test_what_is_no_url_of_a_websocket_is_not_followed(self):
        for url in ("https://example.com/", "nowhere", "", 7):
            with self.subTest(url), Leaving(self.url_at(url)) as server:
                shell = self.open_feed(server)
                self.assertIn("is not a WebSocket URL (reconnect_url_path)", self.wait_for_log(shell, "not_followed"))
                self.assertEqual(len(server.requests), 1)

    def test_an_encrypted_connection_does_not_go_on_in_plain_text(self):
        authority = Authority(self.temporary_folder())
        context = server_context(*authority.issue("server", "DNS:localhost,IP:127.0.0.1"))
        with Leaving() as plain, Leaving(self.url_at(plain.url()), ssl=context) as server:
            shell = self.open_feed(server, f", tls_ca_cert = '{authority.certificate}'", server.url(scheme="wss", host="localhost"))
            self.assertIn("is not encrypted, and the connection is (reconnect_url_path)", self.wait_for_log(shell, "not_followed"))
            self.assertEqual(plain.requests, [])

    def test_a_peer_cannot_send_us_on_for_ever(self):
        port = free_port()
        with Leaving(self.url_at(f"ws://127.0.0.1:{port}/"), port=port) as server:
            shell = self.open_feed(server)
            self.assertIn("5 times in a row, and nothing lasted", self.wait_for_log(shell, "not_followed"))
            self.assertEqual(len(server.requests), 6)
            self.assertEqual(shell.select("connection_state", "system.websocket_connections"), [["connected"]])



class Redirecting(Server):
    """Answers every request with a redirect, to what redirect(path) says."""

    def __init__(self, redirect, status=http.HTTPStatus.FOUND, **options):
        self.asked = []

        async def answer(path, headers):
            self.asked.append((path, headers.get("X-Token"), headers.get("Sec-WebSocket-Protocol")))
            return status, [("Location", redirect(path))], b""

        super().__init__(process_request=answer, **options)


class RedirectsTest(LaminarTestCase):
    OPTIONS = ", headers = MAP {'X-Token': 's3cret'}, subprotocols = ['v1'], reconnect_interval_ms = 3600000, max_reconnect_interval_ms = 3600000"

    def open_feed(self, server, follow, options=OPTIONS, path="/here/feed?a=1"):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url(path)}', mode = 'client', format = 'json', follow_redirects = {follow}{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        return shell

    def last_error(self, shell):
        return shell.wait_until("last_error", "system.connections", lambda rows: rows[0][0])[0][0]

    def test_each_kind_of_location(self):
        for status in (301, 302, 303, 307, 308):
            with Leaving({"n": status}, subprotocols=["v1"]) as last, Redirecting(lambda _: last.url("/x?t=1", "http"), http.HTTPStatus(status)) as first:
                shell = self.open_feed(first, 1)
                shell.wait_until("n", "events", lambda rows: rows == [[status]])
                self.assertEqual((last.requests[0][0], last.requests[0][1].get("X-Token")), ("/x?t=1", None), "another host gets no headers of ours")
                self.assertEqual(first.asked, [("/here/feed?a=1", "s3cret", "v1")])
                shell.leave()

    def test_relative_locations_stay_with_the_host_and_its_headers(self):
        places = {"/here/feed?a=1": "there?b=2", "/here/there?b=2": "/top", "/top": "?c=3", "/top?c=3": "nowhere/else"}
        with Redirecting(places.get) as server:
            shell = self.open_feed(server, 3)
            error = self.last_error(shell)
            self.assertEqual(server.asked, [(path, "s3cret", "v1") for path in places])
            self.assertIn("redirected more than 3 times (follow_redirects)", error)
            self.assertNotIn("c=3", error)

    def test_without_the_option_it_is_refused(self):
        with Redirecting(lambda _: "/x") as server:
            shell = self.open_feed(server, 0)
            self.assertIn("follow_redirects", self.last_error(shell))
            self.assertEqual(len(server.asked), 1)

    def test_what_is_no_place_is_not_followed(self):
        for location in ("ftp://127.0.0.1/", ""):
            with self.subTest(location), Redirecting(lambda _: location) as server:
                shell = self.open_feed(server, 5)
                self.assertIn("no place that can be connected to", self.last_error(shell))
                shell.leave()

    def test_what_is_encrypted_stays_encrypted(self):
        authority = Authority(self.temporary_folder())
        with Redirecting(lambda _: "ws://127.0.0.1:1/secret?ticket=abc", ssl=server_context(*authority.issue("server", "IP:127.0.0.1"))) as server:
            shell = self.start_shell()
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url(scheme="wss")}', mode = 'client', format = 'json', follow_redirects = 2,
                    tls_ca_cert = '{authority.certificate}', reconnect_interval_ms = 3600000, max_reconnect_interval_ms = 3600000);
                CREATE TABLE events (n INT) WITH (connector = 'feed');""")
            error = self.last_error(shell)
        self.assertIn("which is not encrypted", error)
        self.assertNotIn("ticket", error)


if __name__ == "__main__":
    unittest.main()
