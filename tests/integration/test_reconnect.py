"""A client finds its peer again, and tells what happened meanwhile."""

import email.utils
import json
import re
import threading
import time
import unittest

from laminar_process import LIMIT_SECONDS, LaminarTestCase
from raw_server import RawServer, answer, until_end
from raw_websocket import accept, header, read_head
from websocket_peer import FeedServer, Server, free_port


class ReconnectTest(LaminarTestCase):
    def test_the_feed_goes_on_after_the_peer_restarts(self):
        port = free_port()
        first = FeedServer([json.dumps({"n": n}) for n in range(50)], port=port)
        laminar = self.start_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{first.url()}', mode = 'client', format = 'json',
                reconnect_interval_ms = 50, max_reconnect_interval_ms = 200, subscribe_message = JSON_OBJECT('op': 'subscribe'));
            CREATE TABLE events (n INT) WITH (connector = 'feed');
            WAIT FOR events COUNT 50 TIMEOUT INTERVAL '100 seconds';
            SELECT COUNT(*) AS first_part FROM events;
            WAIT FOR events COUNT 100 TIMEOUT INTERVAL '100 seconds';
            SELECT COUNT(*) AS rows, COUNT(DISTINCT n) AS different, MAX(n) AS last FROM events;
            SELECT connection_state, reconnect_count FROM system.websocket_connections;
            SELECT event, COUNT(*) AS times FROM system.websocket_logs WHERE connection = 'feed' AND event IN ('connected', 'disconnected')
                GROUP BY event ORDER BY event;
            DROP CONNECTION feed CASCADE;
        """)
        laminar.stdout.wait_for(lambda line: "first_part" in line, "first part")
        self.assertEqual(first.wait_for_messages(1), ['{"op":"subscribe"}'])
        first.stop()
        with FeedServer([json.dumps({"n": n}) for n in range(50, 100)], port=port) as second:
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
            self.assertEqual(second.received, ['{"op":"subscribe"}'], "subscribed again")
        rows = laminar.rows
        self.assertEqual(rows[0], {"first_part": 50})
        self.assertEqual(rows[1], {"rows": 100, "different": 100, "last": 99})
        self.assertEqual(rows[2]["connection_state"], "connected")
        self.assertGreaterEqual(rows[2]["reconnect_count"], 1)
        self.assertEqual(rows[3]["event"], "connected")
        self.assertEqual(rows[3]["times"], 2)

    def test_a_cut_connection_is_made_again(self):
        with FeedServer([json.dumps({"n": 1})]) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 50);
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds';
                SELECT 'once' AS had;
                WAIT FOR events COUNT 2 TIMEOUT INTERVAL '100 seconds';
                DROP CONNECTION feed CASCADE;
            """)
            laminar.stdout.wait_for(lambda line: "once" in line, "first message")
            server.drop_clients()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_without_reconnect_the_end_of_the_connection_is_the_end(self):
        server = Server()
        laminar = self.start_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect = false);
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        server.wait_for_clients(1)
        server.drop_clients()
        self.assertEqual(laminar.wait(), 1, laminar.stderr.text)
        server.stop()
        self.assertIn("feed", laminar.stderr.text)

    def test_nobody_there(self):
        laminar = self.run_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{free_port()}/', mode = 'client', format = 'json', reconnect = false);
            CREATE TABLE events (n INT) WITH (connector = 'feed');
            WAIT FOR feed TIMEOUT INTERVAL '60 seconds';
        """, expect=1)
        self.assertIn("onnection refused", laminar.stderr.text)

    def test_a_secret_that_is_missing_from_the_start_is_not_waited_for(self):
        laminar = self.run_script("""
            CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:1/', format = 'json',
                headers = MAP {'Authorization': 'Bearer ${secret:never_set}'});
            CREATE TABLE ticks (a INT) WITH (connector = 'feed');
            WAIT FOR feed TIMEOUT INTERVAL '1 hour';
        """, expect=1)
        self.assertIn('it failed: headers "Authorization": secret "never_set" not found', laminar.stderr.text)

    def test_a_secret_that_is_gone_later_is_waited_for(self):
        folder = self.temporary_folder()
        (folder / "token").write_text("first")
        with Server() as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = '{server.url()}', format = 'json',
                    reconnect_interval_ms = 20, max_reconnect_interval_ms = 50,
                    headers = MAP {{'Authorization': 'Bearer ${{secret:token}}'}});
                CREATE TABLE ticks (a INT) WITH (connector = 'feed');
            """, "--secrets-dir", folder)
            server.wait_for_clients(1)
            (folder / "token").unlink()
            server.drop_clients()
            laminar.stderr.wait_for(lambda line: "secret_missing" in line, "missing secret")
            (folder / "token").write_text("second")
            server.wait_for_clients(2)
            self.assertEqual([headers["Authorization"] for _, headers in server.requests], ["Bearer first", "Bearer second"])
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)


class BackoffTest(LaminarTestCase):
    def open_feed(self, server, options):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json'{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        return shell

    def bounds(self, shell):
        """The bounds of the random delays, and the delays themselves, from the log."""
        logged = shell.select("message", "system.websocket_logs WHERE event = 'reconnecting' ORDER BY timestamp")
        found = [re.fullmatch(r"attempt (\d+) in (\d+) ms \(at most (\d+) ms\)", message) for [message] in logged]
        for match in found:
            self.assertLessEqual(int(match[2]), int(match[3]))
        return [int(match[3]) for match in found]

    def assert_given_up_after(self, behaviour, connections, options="", message=""):
        """However the peer behaves, it is not asked more often than allowed: there is no busy loop."""
        attempts = connections - 1
        with RawServer(behaviour) as server:
            shell = self.open_feed(server, f", reconnect_interval_ms = 1, max_reconnect_attempts = {attempts}{options}")
            reason, _ = shell.wait_for_state("feed", "failed")
            self.assertEqual(server.connections, connections)
            self.assertIn(f"max_reconnect_attempts ({attempts}) reached", reason)
            self.assertIn(message, reason)
            self.assertEqual(len(self.bounds(shell)), attempts)
            # Not only in what the log says: at least 20 ms lie between two of them, less what this side was late by.
            self.assertGreater(server.accepted_at[-1] - server.accepted_at[0], attempts * 0.01)

    def test_delays_grow_by_the_multiplier_up_to_the_cap(self):
        with RawServer(lambda peer: None) as server:
            shell = self.open_feed(server, """, reconnect_interval_ms = 40, reconnect_backoff_multiplier = 3,
                max_reconnect_interval_ms = 200, max_reconnect_attempts = 4""")
            shell.wait_for_state("feed", "failed")
            self.assertEqual(self.bounds(shell), [40, 120, 200, 200])
            self.assertEqual(shell.select("attempts, reconnect_count", "system.websocket_connections"), [[4, 4]])

    def test_a_short_connection_does_not_reset_the_delays(self):
        def connect_and_close(peer):
            accept(peer).send_close(1000)
            until_end(peer)

        with RawServer(connect_and_close) as server:
            shell = self.open_feed(server, ", reconnect_interval_ms = 30, max_reconnect_attempts = 3, reconnect_stable_ms = 3600000")
            shell.wait_for_state("feed", "failed")
            self.assertEqual(self.bounds(shell), [30, 60, 120])
        with RawServer(connect_and_close) as server:
            shell = self.open_feed(server, ", reconnect_interval_ms = 30, max_reconnect_attempts = 3, reconnect_stable_ms = 0")
            server.wait_for_connections(6)
            self.assertEqual(set(self.bounds(shell)), {30}, "every connection counts as stable")

    def test_peers_that_misbehave_are_not_hammered(self):
        def connect_and_stay_silent(peer):
            accept(peer)
            until_end(peer)

        def connect_and_babble(peer):
            accept(peer)
            peer.sendall(b"\xff" * 100)
            until_end(peer)

        def talk_nonsense(peer):
            peer.sendall(b"\x00\x01\x02 this is no HTTP\r\n\r\n")
            until_end(peer)

        def connect_and_vanish(peer):
            accept(peer)

        liveness = ", heartbeat_interval_s = 1, heartbeat_timeout_s = 1"
        self.assert_given_up_after(lambda peer: None, 4)
        self.assert_given_up_after(until_end, 3, ", handshake_timeout_ms = 50", "does not answer the handshake within 50 ms")
        self.assert_given_up_after(talk_nonsense, 4, message="does not speak HTTP")
        self.assert_given_up_after(connect_and_vanish, 4, message="without a close frame")
        self.assert_given_up_after(connect_and_babble, 4, message="broke the WebSocket protocol")
        self.assert_given_up_after(connect_and_stay_silent, 2, liveness, "no answer to ping within 1 s")

    def test_nobody_listens(self):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{free_port()}/', mode = 'client', format = 'json',
                reconnect_interval_ms = 1, max_reconnect_attempts = 5);
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        reason, _ = shell.wait_for_state("feed", "failed")
        self.assertIn("connection refused", reason)
        self.assertEqual(len(self.bounds(shell)), 5)

    def test_retry_after_is_honoured_in_both_forms(self):
        date = email.utils.formatdate(time.time() + 1800, usegmt=True)
        for value, least in (("1500", 1400), (date, 1400)):
            with RawServer(lambda peer, value=value: answer(peer, "503 Service Unavailable", f"Retry-After: {value}")) as server:
                shell = self.open_feed(server, ", reconnect_interval_ms = 1")
                shell.wait_for_state("feed", "waiting_to_reconnect")
                [[wait, reason]] = shell.select("EXTRACT(EPOCH FROM next_attempt_at - NOW()), state_reason", "system.websocket_connections")
                self.assertGreater(wait, least)
                self.assertLessEqual(wait, 1800)
                self.assertIn("HTTP 503", reason)

    def test_refusals_that_are_final_are_not_repeated(self):
        for status in ("401 Unauthorized", "403 Forbidden", "404 Not Found", "400 Bad Request"):
            with RawServer(lambda peer, status=status: answer(peer, status)) as server:
                shell = self.open_feed(server, ", reconnect_interval_ms = 1")
                reason, error = shell.wait_for_state("feed", "failed")
                self.assertEqual(server.connections, 1)
                self.assertIn(f"HTTP status {status[:3]} would be the same again", reason)
                self.assertIn(f"HTTP {status}", error)
        for status in ("408 Request Timeout", "429 Too Many Requests", "500 Internal Server Error"):
            with RawServer(lambda peer, status=status: answer(peer, status)) as server:
                self.open_feed(server, ", reconnect_interval_ms = 1")
                server.wait_for_connections(2)

    def test_close_codes_are_respected(self):
        def close_with(code):
            def behaviour(peer):
                accept(peer).send_close(code)
                until_end(peer)
            return behaviour

        with RawServer(close_with(1008)) as server:
            shell = self.open_feed(server, ", reconnect_interval_ms = 1")
            reason, _ = shell.wait_for_state("feed", "failed")
            self.assertEqual(server.connections, 1)
            self.assertIn("close code 1008 asks not to come back", reason)
        for code in (1000, 1001, 1011, 1012):
            with RawServer(close_with(code)) as server:
                self.open_feed(server, ", reconnect_interval_ms = 1")
                server.wait_for_connections(2)

    def test_after_good_service_no_close_code_is_final(self):
        """As an exchange closes that has missed a pong: the next connection is as good as the first."""
        def serve(peer):
            client = accept(peer)
            if server.connections <= 2:
                served.wait(LIMIT_SECONDS)
            client.send_close(1008)
            until_end(peer)

        served = threading.Event()
        with RawServer(serve) as server:
            shell = self.open_feed(server, ", reconnect_interval_ms = 1, reconnect_stable_ms = 500")
            # It must have been connected for so long, as it says itself.
            shell.wait_until("now() - connected_since > INTERVAL '600 milliseconds'", "system.websocket_connections",
                             lambda rows: rows == [[True]])
            served.set()
            # The second one closes at once: that is an answer.
            reason, _ = shell.wait_for_state("feed", "failed")
            self.assertGreaterEqual(server.connections, 2)
            self.assertIn("close code 1008 asks not to come back (give_up_close_codes)", reason)

    def test_options_say_which_codes_and_statuses_are_final(self):
        def close_with(code):
            def behaviour(peer):
                accept(peer).send_close(code)
                until_end(peer)
            return behaviour

        final = ", reconnect_interval_ms = 1, give_up_close_codes = [1001, '4000-4099'], give_up_http_statuses = ['500-502', 418]"
        for code in (1001, 4000, 4099):
            with RawServer(close_with(code)) as server:
                reason, _ = self.open_feed(server, final).wait_for_state("feed", "failed")
                self.assertEqual(server.connections, 1)
                self.assertIn(f"close code {code} asks not to come back", reason)
        for status in ("500 Internal Server Error", "502 Bad Gateway", "418 I'm a teapot"):
            with RawServer(lambda peer, status=status: answer(peer, status)) as server:
                self.open_feed(server, final).wait_for_state("feed", "failed")
                self.assertEqual(server.connections, 1)
        for options in (final, ", reconnect_interval_ms = 1, give_up_close_codes = [], give_up_http_statuses = []"):
            with RawServer(close_with(1008)) as server:
                self.open_feed(server, options)
                server.wait_for_connections(2)
            with RawServer(lambda peer: answer(peer, "401 Unauthorized")) as server:
                self.open_feed(server, options)
                server.wait_for_connections(2)

    def test_a_status_counts_whatever_becomes_of_its_body(self):
        def cut_short(peer):
            read_head(peer)
            peer.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000\r\n\r\n{\"error\": \"key has expired\"}")

        def never_ends(peer):
            read_head(peer)
            peer.sendall(b"HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n14\r\nthe key has expired.\r\n")
            while True:
                peer.sendall(b"400\r\n" + b" and so on      " * 64 + b"\r\n")

        def stays_silent(peer):
            read_head(peer)
            peer.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000\r\n\r\nthe key has expired")
            until_end(peer)

        def says_nothing(peer):
            read_head(peer)
            peer.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000\r\n\r\n")
            until_end(peer)

        for behaviour in (cut_short, never_ends, stays_silent, says_nothing):
            with self.subTest(behaviour.__name__), RawServer(behaviour) as server:
                shell = self.open_feed(server, ", reconnect_interval_ms = 1")
                reason, error = shell.wait_for_state("feed", "failed")
                self.assertEqual(server.connections, 1)
                self.assertIn("HTTP status 401 would be the same again", reason)
                self.assertIn("HTTP 401 Unauthorized", error)
                if behaviour is not says_nothing:
                    self.assertIn("key has expired", error)
                self.assertLess(len(error), 500)

    def test_a_status_counts_whatever_is_wrong_with_the_rest_of_the_head(self):
        for rest in ("Content-Length: abc\r\n\r\nthe key has expired", "Content-Length: 18446744073709551616\r\n\r\n", "no field\r\n\r\n",
                     "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"):
            def refuse(peer, rest=rest):
                read_head(peer)
                peer.sendall(f"HTTP/1.1 401 Unauthorized\r\n{rest}".encode())
                until_end(peer)

            with self.subTest(rest), RawServer(refuse) as server:
                shell = self.open_feed(server, ", reconnect_interval_ms = 1")
                reason, error = shell.wait_for_state("feed", "failed")
                self.assertEqual(server.connections, 1)
                self.assertIn("HTTP status 401 would be the same again", reason)
                self.assertIn("HTTP 401 Unauthorized", error)

    def test_secrets_in_the_body_of_a_refusal_do_not_show(self):
        folder = self.temporary_folder()
        (folder / "token").write_text("opensesame")

        def echo(peer):
            head, _ = read_head(peer)
            body = "you said " + header(head, "Authorization")
            peer.sendall(f"HTTP/1.1 403 Forbidden\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            until_end(peer)

        with RawServer(echo) as server:
            shell = self.start_shell("--secrets-dir", folder)
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    headers = MAP {{'Authorization': 'Bearer ${{secret:token}}'}});
                CREATE TABLE events (n INT) WITH (connector = 'feed');
            """)
            reason, error = shell.wait_for_state("feed", "failed")
        self.assertIn('HTTP 403 Forbidden: "you said Bearer ***"', error)
        self.assertNotIn("opensesame", shell.stderr.text + reason + error)

    def test_retry_after_beyond_all_numbers_is_the_longest(self):
        for value in ("4294967296", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"):
            with RawServer(lambda peer, value=value: answer(peer, "503 Service Unavailable", f"Retry-After: {value}")) as server:
                shell = self.open_feed(server, ", reconnect_interval_ms = 1")
                shell.wait_for_state("feed", "waiting_to_reconnect")
                [[wait]] = shell.select("EXTRACT(EPOCH FROM next_attempt_at - NOW())", "system.websocket_connections")
                self.assertGreater(wait, 3000)
                self.assertLessEqual(wait, 3600)


if __name__ == "__main__":
    unittest.main()
