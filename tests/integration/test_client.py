"""How a client finds its way to a server: headers, subprotocols, proxies, several endpoints, limits of time."""

import json
import socket
import unittest

from laminar_process import LaminarTestCase
from raw_server import Proxy, RawServer, answer, until_end
from raw_websocket import TEXT, accept, read_head
from websocket_peer import FeedServer, Server, free_port

# Tests of proxies must not depend on those of the machine they run on.
NO_PROXIES = {name: "" for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY")}


def connection(endpoint, options=""):
    """A feed that is read into a table; endpoint as SQL."""
    return f"""
        CREATE CONNECTION feed TO websocket (endpoint = {endpoint}, mode = 'client', format = 'json'{options});
        CREATE TABLE events (n INT) WITH (connector = 'feed');
    """


class ClientTestCase(LaminarTestCase):
    def open_feed(self, endpoint, options="", *arguments, environment=None):
        shell = self.start_shell(*arguments, environment={**NO_PROXIES, **(environment or {})})
        shell.execute(connection(endpoint, options))
        return shell

    def failure_of(self, endpoint, options="", **more):
        """The reason of a connection that fails for good."""
        reason, _ = self.open_feed(endpoint, options, **more).wait_for_state("feed", "failed")
        return reason

    def assert_fed(self, shell, rows=1):
        shell.wait_until("COUNT(*)", "events", lambda counted: counted[0][0] >= rows)


class HandshakeTest(ClientTestCase):
    def test_headers_are_read_anew_on_every_connect(self):
        folder = self.temporary_folder()
        (folder / "token").write_text("first")
        with Server() as server:
            self.open_feed(f"'{server.url()}'", ", reconnect_interval_ms = 20, headers = MAP {'Authorization': 'Bearer ${secret:token}'}",
                           "--secrets-dir", folder)
            server.wait_for_clients(1)
            (folder / "token").write_text("second")
            server.drop_clients()
            server.wait_for_clients(2)
            sent = [headers["Authorization"] for _, headers in server.requests]
        self.assertEqual(sent, ["Bearer first", "Bearer second"])

    def test_a_secret_that_no_header_may_have_is_not_sent(self):
        for value in ("a\r\nInjected: b", "a\x00b", "a\x1bb", "a\x7fb"):
            folder = self.temporary_folder()
            (folder / "token").write_text(value, newline="")
            with self.subTest(value), Server() as server:
                shell = self.start_shell("--secrets-dir", folder, environment=NO_PROXIES)
                shell.execute(connection(f"'{server.url()}'", ", headers = MAP {'X-Token': 'it is ${secret:token}'}"))
                _, error = shell.wait_for_state("feed", "failed")
                self.assertEqual(server.requests, [])
            self.assertRegex(error, 'option "headers" has a (line break|control character) in the value of "X-Token"')

    def test_the_subprotocol_is_negotiated_and_visible(self):
        with Server(subprotocols=["v1.feed", "v0.feed"]) as server:
            shell = self.open_feed(f"'{server.url()}'", ", subprotocols = ['v2.feed', 'v1.feed']")
            shell.wait_for_state("feed", "connected")
            self.assertEqual(shell.select("subprotocol", "system.websocket_connections"), [["v1.feed"]])
            self.assertEqual(server.requests[0][1]["Sec-WebSocket-Protocol"], "v2.feed, v1.feed")

    def test_a_server_without_the_subprotocols_is_refused(self):
        with Server() as server:
            reason = self.failure_of(f"'{server.url()}'", ", subprotocols = ['v2.feed'], max_reconnect_attempts = 0")
        self.assertIn("accepted none of the subprotocols offered (v2.feed)", reason)

    def test_redirects_are_answered_with_their_target(self):
        with RawServer(lambda peer: answer(peer, "302 Found", "Location: wss://elsewhere.example/feed?token=hidden")) as server:
            reason = self.failure_of(f"'{server.url()}'")
            self.assertEqual(server.connections, 1)
        self.assertIn('HTTP 302 Found: redirected to "wss://elsewhere.example/feed?token=***"', reason)
        self.assertIn("set endpoint to that", reason)

    def test_a_header_host_takes_the_place_of_the_endpoint_s(self):
        heads = []

        def serve(peer):
            heads.append(read_head(peer)[0])
            peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            until_end(peer)

        with RawServer(serve) as server:
            self.failure_of(f"'{server.url()}'", ", headers = MAP {'host': 'feed.example:8443'}")
        hosts = [line for line in heads[0].splitlines() if line.lower().startswith("host:")]
        self.assertEqual([line.partition(": ")[2] for line in hosts], ["feed.example:8443"])

    def test_a_handshake_that_is_not_answered_ends(self):
        with RawServer(until_end) as server:
            reason = self.failure_of(f"'{server.url()}'", ", handshake_timeout_ms = 150, max_reconnect_attempts = 0")
        self.assertIn("does not answer the handshake within 150 ms", reason)

    def test_a_connect_that_is_not_answered_ends(self):
        # A listener whose backlog is full drops what comes: neither accepted nor refused.
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            fillers = []
            for _ in range(4):
                filler = socket.socket()
                self.addCleanup(filler.close)
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
                fillers.append(filler)
            reason = self.failure_of(f"'ws://127.0.0.1:{listener.getsockname()[1]}/'",
                                     ", connect_timeout_ms = 150, max_reconnect_attempts = 0")
        self.assertIn("no answer within 150 ms", reason)

    def test_ipv6_literals(self):
        try:
            probe = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            self.skipTest("this machine has no IPv6")
        probe.close()
        heads = []

        def serve(peer):
            heads.append(peer.recv(65536).decode())
            peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            until_end(peer)

        with RawServer(serve, address="::1") as server:
            reason = self.failure_of(f"'{server.url('/path', host='[::1]')}'")
            self.assertIn(f"Host: [::1]:{server.port}", heads[0])
        self.assertIn("HTTP 403 Forbidden", reason)

        def feed(peer):
            accept(peer).send(TEXT, b'{"n": 6}')
            until_end(peer)

        with RawServer(feed, address="::1") as server:
            shell = self.open_feed(f"'{server.url(host='[::1]')}'")
            self.assert_fed(shell)
            self.assertEqual(shell.select("n", "events"), [[6]])


class EndpointsTest(ClientTestCase):
    def test_several_endpoints_are_tried_in_turn(self):
        dead = f"ws://127.0.0.1:{free_port()}/dead"
        # With a delay between the two, the second would only be reached after the test's limit.
        slow = ", reconnect_interval_ms = 86400000, max_reconnect_interval_ms = 86400000"
        with FeedServer([json.dumps({"n": 1})]) as server:
            shell = self.open_feed(f"['{dead}', '{server.url('/live')}']", slow)
            self.assert_fed(shell)
            self.assertEqual(shell.select("endpoint, attempts", "system.websocket_connections"), [[server.url("/live"), 0]])

    def test_an_endpoint_that_refuses_for_good_does_not_stand_in_the_way(self):
        with RawServer(lambda peer: answer(peer, "404 Not Found")) as wrong, FeedServer([json.dumps({"n": 1})]) as server:
            shell = self.open_feed(f"['{wrong.url()}', '{server.url()}']")
            self.assert_fed(shell)

    def test_when_all_are_dead_all_are_tried_again(self):
        with RawServer(lambda peer: answer(peer, "503 Service Unavailable")) as first, \
                RawServer(lambda peer: answer(peer, "503 Service Unavailable")) as second:
            self.failure_of(f"['{first.url()}', '{second.url()}']", ", reconnect_interval_ms = 1, max_reconnect_attempts = 2")
            self.assertEqual((first.connections, second.connections), (3, 3))


class ProxyTest(ClientTestCase):
    """The feed's host has a name that the proxy alone knows: nothing gets there by another way."""

    def test_the_connection_goes_through_the_proxy(self):
        with FeedServer([json.dumps({"n": 1})]) as server, \
                Proxy({"feed.test:80": ("127.0.0.1", server.port)}, credentials="user:p@ss") as proxy:
            shell = self.open_feed("'ws://feed.test/x'", f", proxy = '{proxy.url('user:p%40ss')}'")
            self.assert_fed(shell)
            self.assertEqual(proxy.requests, ["feed.test:80"])
            self.assertEqual(server.requests[0][1]["Host"], "feed.test")
            [[message]] = shell.select("message", "system.websocket_logs WHERE event = 'connected'")
            self.assertIn(f"proxy 127.0.0.1:{proxy.port} (from proxy)", message)
            self.assertNotIn("ss", shell.select("last_error || ''", "system.websocket_connections")[0][0] or "")

    def test_a_proxy_that_refuses_is_told_from_the_server(self):
        with Proxy({}, credentials="user:password") as proxy:
            reason = self.failure_of("'ws://feed.test/'", f", proxy = '{proxy.url('user:wrong')}'")
        self.assertIn(f"proxy 127.0.0.1:{proxy.port} (from proxy)", reason)
        self.assertIn("CONNECT feed.test:80 was refused with HTTP 407 Proxy Authentication Required", reason)
        self.assertNotIn("wrong", reason)

    def test_a_refusal_of_a_proxy_counts_whatever_is_wrong_with_the_rest_of_its_head(self):
        def refuse(peer):
            read_head(peer)
            peer.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: abc\r\n\r\n")
            until_end(peer)

        with RawServer(refuse) as proxy:
            reason = self.failure_of("'ws://feed.test/'", f", proxy = 'http://127.0.0.1:{proxy.port}'")
        self.assertIn("CONNECT feed.test:80 was refused with HTTP 407 Who are you", reason)

    def test_the_environment_names_a_proxy_and_exceptions(self):
        with FeedServer([json.dumps({"n": 1})]) as server, Proxy({"feed.test:80": ("127.0.0.1", server.port)}) as proxy:
            shell = self.open_feed("'ws://feed.test/'", environment={"HTTP_PROXY": proxy.url()})
            self.assert_fed(shell)
            [[message]] = shell.select("message", "system.websocket_logs WHERE event = 'connected'")
            self.assertIn("(from HTTP_PROXY)", message)
            # What is on this machine, or excepted, is reached without it.
            shell = self.open_feed(f"'{server.url()}'", environment={"HTTP_PROXY": proxy.url()})
            self.assert_fed(shell)
            reason = self.failure_of("'ws://feed.test/'", ", max_reconnect_attempts = 0",
                                     environment={"HTTP_PROXY": proxy.url(), "NO_PROXY": "other.test, .test"})
            self.assertIn('cannot resolve host "feed.test"', reason)
            # HTTPS_PROXY is for wss.
            reason = self.failure_of("'wss://feed.test/'", ", max_reconnect_attempts = 0",
                                     environment={"HTTPS_PROXY": proxy.url(), "HTTP_PROXY": "http://127.0.0.1:1"})
            self.assertIn("(from HTTPS_PROXY): CONNECT feed.test:443 was refused with HTTP 502", reason)
            self.assertEqual(proxy.requests, ["feed.test:80", "feed.test:443"])


class TrialTest(ClientTestCase):
    """test_connection in client mode."""

    def result_of(self, endpoint, options=""):
        shell = self.open_feed(endpoint, options)
        [[result]] = shell.select("test_connection('feed')", "(SELECT 1) AS one")
        return json.dumps(result)

    def test_every_endpoint_is_tried(self):
        dead = f"ws://127.0.0.1:{free_port()}/"
        with Server() as server:
            result = self.result_of(f"['{dead}', '{server.url()}']", ", reconnect = false")
        self.assertIn(f"{dead}: cannot connect to", result)
        self.assertIn(f"{server.url()}: HTTP 101", result)

    def test_the_proxy_and_the_subscription_are_steps(self):
        with FeedServer([json.dumps({"type": "subscribed"})]) as server, \
                Proxy({"feed.test:80": ("127.0.0.1", server.port)}) as proxy:
            result = self.result_of("'ws://feed.test/'", f", proxy = '{proxy.url()}', subscribe_message = 'hello', "
                                    "subscribe_confirm = MAP {'$.type': 'subscribed'}")
            self.assertIn("proxy", result)
            self.assertIn("subscribe", result)
            self.assertNotIn("false", result)

    def test_a_refused_subscription_shows(self):
        with FeedServer([json.dumps({"type": "error", "why": "no such channel"})]) as server:
            result = self.result_of(f"'{server.url()}'", ", reconnect = false, subscribe_message = 'hello', "
                                    "subscribe_confirm = MAP {'$.type': 'subscribed'}, subscribe_confirm_timeout_ms = 200")
        self.assertIn("no reply with $.type = subscribed within 200 ms", result)
        self.assertIn("no such channel", result)


if __name__ == "__main__":
    unittest.main()
