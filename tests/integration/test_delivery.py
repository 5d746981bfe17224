"""What becomes of messages that were sent when the connection breaks: nobody knows, and that is said; or they are sent
again."""

import asyncio
import json
import socket
import struct
import unittest

from laminar_process import LaminarTestCase
from raw_websocket import RawClient
from served_script import ServedTestCase
from websocket_peer import Server

STATE = "messages_sent, messages_maybe_lost", "system.websocket_connections WHERE connection_name = 'target'"


class Forgetful(Server):
    """Takes what comes from the network, and forgets it, until it is told to listen."""

    def __init__(self, **options):
        self.listens = False
        super().__init__(ping_interval=None, **options)

    async def serve_client(self, client):
        if self.listens:
            return await super().serve_client(client)
        client.transport.pause_reading()
        await client.wait_closed()


class ClientDeliveryTest(LaminarTestCase):
    def start(self, server, *options):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION target TO websocket (mode = 'client', endpoint = '{server.url()}', format = 'json',
                reconnect_interval_ms = 20, max_reconnect_interval_ms = 50{''.join(', ' + option for option in options)});
            CREATE TABLE sink (n BIGINT) WITH (connector = 'target');
            CREATE TABLE remarks (error_type TEXT) WITH (connector = 'target', stream = 'errors');
            WAIT FOR target TIMEOUT INTERVAL '100 seconds'""")
        return shell

    def send(self, shell, first, last):
        shell.execute(f"INSERT INTO sink SELECT range AS n FROM range({first}, {last})")

    def test_what_may_be_lost_is_counted_and_has_a_gap(self):
        with Forgetful() as server:
            shell = self.start(server)
            self.send(shell, 0, 50)
            shell.wait_until(*STATE, lambda rows: rows == [[50, 0]])
            server.listens = True
            server.drop_clients()
            server.wait_for_clients(2)
            shell.wait_until(*STATE, lambda rows: rows == [[50, 50]])
            self.assertEqual(shell.select("maybe_lost, client_id", "system.websocket_gaps"), [[50, None]])
            (log,), = shell.select("message", "system.websocket_logs WHERE event = 'messages_maybe_lost'")
            self.assertTrue(log.startswith("50 messages sent may be lost"), log)

    def test_a_pong_shows_what_has_arrived(self):
        with Server(ping_interval=None) as server:
            shell = self.start(server, "heartbeat_interval_s = 1", "heartbeat_timeout_s = 1")
            self.send(shell, 0, 50)
            server.wait_for_messages(50)
            pings = self.count_pings(server)
            # The first from here on was sent after all of them, and its pong has come before the second.
            self.assertTrue(server.loop.call(pings(2)))
            server.drop_clients()
            server.wait_for_clients(2)
            shell.wait_until("maybe_lost", "system.websocket_gaps", lambda rows: rows == [[0]])
            self.assertEqual(shell.select(*STATE), [[50, 0]])

    def count_pings(self, server):
        """A coroutine that waits for so many pings of the client that is there."""
        client = next(iter(server._clients))
        seen = 0
        changed = asyncio.Event()
        pong = client.pong

        async def count_and_answer(data=b""):
            nonlocal seen
            await pong(data)
            seen += 1
            changed.set()

        client.pong = count_and_answer

        async def wait(count):
            while seen < count:
                await changed.wait()
                changed.clear()
            return True

        return wait

    def test_a_closing_handshake_shows_it_too(self):
        with Server(ping_interval=None) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION target TO websocket (mode = 'client', endpoint = '{server.url()}', format = 'json');
                CREATE TABLE sink (n BIGINT) WITH (connector = 'target');
                INSERT INTO sink SELECT range AS n FROM range(50);""", "--once")
            self.assertEqual(len(server.wait_for_messages(50)), 50)
            self.assertNotIn("may be lost", laminar.stderr.text)

    def test_the_summary_tells(self):
        with Server(ping_interval=None) as server:
            shell = self.start_script(f"""
                CREATE CONNECTION target TO websocket (mode = 'client', endpoint = '{server.url()}', format = 'json', reconnect_interval_ms = 20,
                    max_reconnect_interval_ms = 50);
                CREATE TABLE sink (n BIGINT) WITH (connector = 'target');
                INSERT INTO sink SELECT range AS n FROM range(50)""")
            server.wait_for_messages(50)
            server.drop_clients()
            server.wait_for_clients(2)
            shell.stderr.wait_for(lambda line: "messages_maybe_lost" in line, "warning")
            shell.interrupt()
            self.assertEqual(shell.wait(), 0, shell.stderr.text)
            self.assertIn("50 messages sent may be lost", shell.stderr.lines[-1])

    def test_delivery_at_most_once_sends_nothing_again(self):
        with Forgetful() as server:
            shell = self.start(server, "delivery = 'at_most_once'")
            self.send(shell, 0, 50)
            shell.wait_until(*STATE, lambda rows: rows == [[50, 0]])
            server.listens = True
            server.drop_clients()
            shell.wait_until(*STATE, lambda rows: rows == [[50, 50]])
            self.send(shell, 50, 60)
            self.assertEqual([json.loads(message)["n"] for message in server.wait_for_messages(10)], list(range(50, 60)))

    def test_delivery_at_least_once_sends_again(self):
        with Forgetful() as server:
            shell = self.start(server, "delivery = 'at_least_once'")
            self.send(shell, 0, 50)
            shell.wait_until(*STATE, lambda rows: rows == [[50, 0]])
            server.listens = True
            server.drop_clients()
            self.assertEqual([json.loads(message)["n"] for message in server.wait_for_messages(50)], list(range(50)))
            self.send(shell, 50, 60)
            self.assertEqual([json.loads(message)["n"] for message in server.wait_for_messages(60)], list(range(60)))
            self.assertEqual(shell.select("messages_maybe_lost", STATE[1]), [[0]])
            self.assertEqual(shell.leave(), 0)

    def test_delivery_at_least_once_survives_many_disconnects(self):
        """A peer that cuts every connection after some messages, as a broken network would."""
        rows = 3000

        class Flaky(Server):
            async def serve_client(self, client):
                taken = 0
                async for message in client:
                    await self._remember(message)
                    taken += 1
                    if taken == 130 and len(self.requests) < 15:
                        client.transport.abort()
                        return

        with Flaky(ping_interval=None) as server:
            shell = self.start(server, "delivery = 'at_least_once'", "send_buffer_size = 100")
            self.send(shell, 0, rows)
            self.assertEqual(shell.leave(), 0, shell.stderr.text)
            seen = [json.loads(message)["n"] for message in server.received]
        self.assertEqual(sorted(set(seen)), list(range(rows)), "each at least once")
        first = list(dict.fromkeys(seen))
        self.assertEqual(first, list(range(rows)), "in order")

    def test_at_least_once_sends_nothing_again_that_belongs_to_a_session(self):
        with Forgetful() as server:
            shell = self.start(server, "delivery = 'at_least_once'")
            shell.execute("""
                CREATE TABLE answers (session_id BIGINT, n BIGINT) WITH (connector = 'target');
                CREATE TABLE failures (error_type TEXT, failed_message TEXT) WITH (connector = 'target', stream = 'errors');
                INSERT INTO sink VALUES (1);
                INSERT INTO answers VALUES (1, 2);
                INSERT INTO sink VALUES (3)""")
            shell.wait_until(*STATE, lambda rows: rows == [[3, 0]])
            server.listens = True
            server.drop_clients()
            self.assertEqual([json.loads(message)["n"] for message in server.wait_for_messages(2)], [1, 3])
            failed = shell.wait_until("failed_message", "failures WHERE error_type = 'undeliverable'", lambda rows: rows)
            self.assertEqual([json.loads(message)["n"] for [message] in failed], [2])
            self.assertEqual(shell.select("message", "system.websocket_logs WHERE event = 'messages_sent_again'"),
                             [["2 messages that no pong has acknowledged wait to be sent again"]])
            self.assertEqual(shell.leave(), 0)
            self.assertEqual([json.loads(message)["n"] for message in server.received], [1, 3])

    def test_at_least_once_tells_of_a_peer_without_pongs(self):
        class Mute(Server):
            async def serve_client(self, client):
                async def no_pong(data=b""):
                    pass

                client.pong = no_pong
                await super().serve_client(client)

        with Mute(ping_interval=None) as server:
            shell = self.start(server, "delivery = 'at_least_once'", "heartbeat_interval_s = 600")
            self.send(shell, 0, 5)
            shell.wait_until("message", "system.websocket_logs WHERE event = 'no_pong'", lambda rows: len(rows) == 1
                             and rows[0][0].startswith("no pong has come for 10 s; 5 sent messages wait"))
            self.assertEqual(shell.leave(), 1)
            self.assertIn("not everything was done: 5 sent messages were not acknowledged with a pong", shell.stderr.text)
            self.assertEqual(len(server.received), 5)


class ServerDeliveryTest(ServedTestCase):
    def test_what_a_client_that_is_gone_may_not_have_got(self):
        served = self.serve(["format = 'json'", "broadcast = true"], "CREATE TABLE feed (n INT) WITH (connector = 'inlet');",
                            ["INSERT INTO feed SELECT range AS n FROM range(20)",
                             """SELECT g.client_id, g.maybe_lost, c.messages_maybe_lost FROM system.websocket_gaps g, system.websocket_connections c
                                WHERE c.connection_name = 'inlet' AND g.connection = 'inlet'"""])
        with RawClient(served.port) as client:
            served.step()
            for n in range(20):
                self.assertEqual(json.loads(client.read_message()), {"n": n})
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.socket.close()
        served.laminar.stderr.wait_for(lambda line: "messages_maybe_lost" in line, "warning")
        self.assertEqual(served.step(), [{"client_id": "c1", "maybe_lost": 20, "messages_maybe_lost": 20}])
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
