"""Messages that are answered and are no rows (replies)."""

import asyncio
import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Client, FeedServer, Server

RULES = """, replies = [
    MAP {'when': MAP {'$.ping': EXISTS}, 'send': JSON_OBJECT('pong': RECEIVED('$.ping'))},
    MAP {'when': MAP {'$.method': 'heartbeat', '$.params.type': 'test_request'},
         'send': JSON_OBJECT('jsonrpc': '2.0', 'id': NEXT_ID(), 'method': 'public/test')},
    MAP {'when': MAP {'message': '2'}, 'send': '3'},
    MAP {'when': MAP {'$[0]': 'ask', '$[1]': [1, 2]}, 'send': ['answer', RECEIVED('$[1]')]}]"""


class RepliesTest(LaminarTestCase):
    def open_feed(self, server, options, columns="n INT"):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                reconnect_interval_ms = 20{options});
            CREATE TABLE events ({columns}) WITH (connector = 'feed');
        """)
        return shell

    def test_messages_are_answered_and_are_no_rows(self):
        test_request = {"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "test_request"}}
        feed = [json.dumps({"ping": 1700000000123}), json.dumps({"n": 1}), json.dumps(test_request), "2", json.dumps(["ask", 2]),
                json.dumps(test_request), json.dumps({"n": 2})]
        with FeedServer(feed) as server:
            shell = self.open_feed(server, RULES)
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[2]])
            answers = server.wait_for_messages(5)
            self.assertEqual(shell.select("messages_received, messages_failed, errors", "system.websocket_connections"), [[2, 0, 0]])
        self.assertEqual([json.loads(text) for text in answers],
                         [{"pong": 1700000000123}, {"jsonrpc": "2.0", "id": 1, "method": "public/test"}, 3, ["answer", 2],
                          {"jsonrpc": "2.0", "id": 2, "method": "public/test"}])
        self.assertEqual(answers[2], "3")

    def test_what_is_kept_is_a_row_all_the_same(self):
        rules = """, replies = [MAP {'when': MAP {'$.envelope_id': EXISTS}, 'send': JSON_OBJECT('envelope_id': RECEIVED('$.envelope_id')), 'keep': true},
            MAP {'when': MAP {'$.ping': EXISTS}, 'send': 'pong', 'keep': false}]"""
        feed = [json.dumps({"envelope_id": "e1", "n": 1}), json.dumps({"ping": 1}), json.dumps({"envelope_id": "e2", "n": 2})]
        with FeedServer(feed) as server:
            shell = self.open_feed(server, rules)
            shell.wait_until("n", "events", lambda rows: rows == [[1], [2]])
            self.assertEqual(server.wait_for_messages(3), ['{"envelope_id":"e1"}', "pong", '{"envelope_id":"e2"}'])
            self.assertEqual(shell.select("messages_received", "system.websocket_connections"), [[2]])

    def test_what_does_not_fit_stays_a_row(self):
        feed = [json.dumps(["ask", 3]), json.dumps([{"n": 1, "ping": 1}]), '{"n": 2, "ping": 1}\n{"n": 3}', json.dumps({"n": 4})]
        with FeedServer(feed) as server:
            shell = self.open_feed(server, RULES)
            shell.wait_until("COUNT(*)", "events WHERE n IS NOT NULL", lambda rows: rows == [[4]])
            self.assertEqual(server.received, [])

    def test_answers_do_not_wait_behind_rows(self):
        """The queue is full of rows that a peer does not take; its question is answered all the same."""

        class Asker(Server):
            async def serve_client(self, client):
                await client.send(json.dumps({"ping": 5}))
                async for message in client:
                    await self._remember(message)

        with Asker() as server:
            shell = self.open_feed(server, RULES + ", subscribe_message = 'first', subscribe_confirm = MAP {'$.ready': 'true'}")
            shell.execute("INSERT INTO events VALUES (1)")
            # Rows wait for a confirmation that never comes.
            self.assertEqual(server.wait_for_messages(2), ["first", '{"pong":5}'])

    def test_a_peer_that_asks_and_takes_no_answer_is_not_asked_for_more(self):
        class Flood(Server):
            sent = 0

            async def serve_client(self, client):
                client.transport.pause_reading()
                question = json.dumps({"ping": "x" * 60000})
                while self.sent < 4000:
                    await asyncio.wait_for(client.send(question), 1)
                    self.sent += 1

            async def _handle(self, client):
                try:
                    await super()._handle(client)
                except asyncio.TimeoutError:
                    pass

        with Flood() as server:
            self.open_feed(server, RULES + ", heartbeat_interval_s = 0")
            server.wait_for_clients(1)
            server.loop.call(self.until_stuck(server))
        # What fits into the buffers on the way, and not all of it.
        self.assertLess(server.sent, 2000)

    @staticmethod
    async def until_stuck(server):
        seen = -1
        while seen != server.sent:
            seen = server.sent
            await asyncio.sleep(1.5)

    def test_a_server_answers_its_clients_each_by_itself(self):
        laminar = self.start_script("""
            CREATE CONNECTION hub TO websocket (port = 0, mode = 'server', format = 'json',
                replies = MAP {'when': MAP {'$.op': 'time'}, 'send': JSON_OBJECT('id': NEXT_ID(), 'for': RECEIVED('$.who'))});
            CREATE TABLE events (n INT) WITH (connector = 'hub');
            WAIT FOR hub TIMEOUT INTERVAL '60 seconds';
            SELECT port FROM system.websocket_connections;
            WAIT FOR events COUNT 1 TIMEOUT INTERVAL '60 seconds';
            SELECT n FROM events;
            DROP CONNECTION hub CASCADE;
        """)
        port = json.loads(laminar.stdout.wait_for(lambda line: "port" in line, "port"))["port"]
        with Client(f"ws://127.0.0.1:{port}/") as one, Client(f"ws://127.0.0.1:{port}/") as two:
            one.send(json.dumps({"op": "time", "who": "one"}), json.dumps({"op": "time", "who": "one"}))
            two.send(json.dumps({"op": "time", "who": "two"}))
            self.assertEqual([json.loads(text) for text in one.receive(2)], [{"id": 1, "for": "one"}, {"id": 2, "for": "one"}])
            self.assertEqual([json.loads(text) for text in two.receive(1)], [{"id": 1, "for": "two"}])
            one.send(json.dumps({"n": 7}))
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertEqual(laminar.rows[1:], [{"n": 7}])

    def test_text_protocols(self):
        class Engine(Server):
            """As Engine.IO: 0 opens, 2 is answered with 3, 4 carries a message."""

            async def serve_client(self, client):
                await client.send('0{"sid":"s","pingInterval":25000}')
                await self._remember(await client.recv())
                await client.send('40{"sid":"t"}')
                await client.send("2")
                await self._remember(await client.recv())
                await client.send('42["trade",1]')
                await super().serve_client(client)

        with Engine() as server:
            shell = self.start_shell()
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'text',
                    handshake = [MAP {{'expect': MAP {{'message': STARTS_WITH('0{{')}}}}, MAP {{'send': '40'}},
                                 MAP {{'expect': MAP {{'message': STARTS_WITH('40')}}, 'refuse': MAP {{'message': STARTS_WITH('44')}}}}],
                    replies = MAP {{'when': MAP {{'message': '2'}}, 'send': '3'}});
                CREATE TABLE events (message TEXT) WITH (connector = 'feed');
            """)
            shell.wait_until("message", "events", lambda rows: rows == [['42["trade",1]']])
            self.assertEqual(server.received, ["40", "3"])

    def test_an_answer_that_cannot_be_computed_ends_the_session(self):
        with FeedServer([json.dumps({"ping": "x"})]) as server:
            shell = self.open_feed(server, """, max_reconnect_attempts = 1, reconnect_stable_ms = 60000,
                replies = MAP {'when': MAP {'$.ping': EXISTS}, 'send': JSON_OBJECT('pong': RECEIVED('$.ping') + 1)}""")
            error = shell.wait_for_state("feed", "failed")[1]
        self.assertIn('replies: +: "x" is not a number', error)


if __name__ == "__main__":
    unittest.main()
