"""What a client says first, and the reply that confirms it."""

import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Server


class Feed(Server):
    """Answers the first message of each client with replies, then listens."""

    def __init__(self, *replies):
        self.replies = list(replies)
        super().__init__()

    async def serve_client(self, client):
        await self._remember(await client.recv())
        for reply in self.replies:
            await client.send(json.dumps(reply))
        await super().serve_client(client)


class SubscriptionTest(LaminarTestCase):
    def open_feed(self, server, options):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                reconnect_interval_ms = 20{options});
            CREATE TABLE events (n INT, type TEXT) WITH (connector = 'feed');
        """)
        return shell

    def test_several_messages_are_sent_in_order_on_every_connect(self):
        messages = [json.dumps({"op": "login"}), json.dumps({"op": "subscribe", "channel": "a"}), "plain text"]
        with Server() as server:
            self.open_feed(server, f", subscribe_message = ['{messages[0]}', '{messages[1]}', 'plain text']")
            self.assertEqual(server.wait_for_messages(3), messages)
            server.drop_clients()
            self.assertEqual(server.wait_for_messages(6), messages * 2)

    def test_a_confirmed_subscription(self):
        reply = {"type": "subscribed", "result": {"ok": True, "id": 7}}
        with Feed({"n": 1, "type": "data"}, reply, {"n": 2, "type": "data"}) as server:
            shell = self.open_feed(server, """, subscribe_message = 'hello',
                subscribe_confirm = MAP {'$.type': 'subscribed', '$.result.ok': 'true', '$.result.id': '7'}""")
            shell.wait_for_state("feed", "connected")
            shell.execute("INSERT INTO events VALUES (3, 'sent')")
            # What was sent before the confirmation and after it are rows; the confirmation is none.
            shell.wait_until("COUNT(*)", "events", lambda rows: rows[0][0] >= 2)
            self.assertEqual(shell.select("n, type", "events ORDER BY n"), [[1, "data"], [2, "data"]])
            self.assertEqual(json.loads(server.wait_for_messages(2)[1]), {"n": 3, "type": "sent"})

    def test_rows_wait_for_the_confirmation(self):
        with Feed() as server:
            shell = self.open_feed(server, ", subscribe_message = 'hello', subscribe_confirm = MAP {'$.type': 'subscribed'}")
            server.wait_for_messages(1)
            reason = shell.wait_until("state_reason", "system.websocket_connections", lambda rows: rows[0][0] is not None)
            self.assertEqual(reason, [["waits for the reply to its subscription"]])
            shell.execute("INSERT INTO events VALUES (3, 'sent')")
            self.assertEqual(shell.select("messages_sent, connected_since", "system.websocket_connections"), [[0, None]])
            self.assertEqual(server.received, ["hello"])

    def test_a_rejected_subscription_is_a_failed_attempt(self):
        with Feed({"type": "error", "message": "no such channel"}) as server:
            shell = self.open_feed(server, """, subscribe_message = 'hello', subscribe_confirm = MAP {'$.type': 'subscribed'},
                subscribe_confirm_timeout_ms = 100, max_reconnect_attempts = 1""")
            reason, error = shell.wait_for_state("feed", "failed")
            self.assertEqual(len(server.requests), 2, "tried again as often as allowed")
            self.assertEqual(shell.select("COUNT(*)", "system.websocket_gaps"), [[0]], "it never was connected")
        self.assertIn("max_reconnect_attempts (1) reached", reason)
        self.assertIn("no reply with $.type = subscribed within 100 ms (subscribe_confirm)", error)
        self.assertIn("no such channel", error)

    def test_a_peer_that_leaves_instead_of_confirming(self):
        class Leaver(Feed):
            async def serve_client(self, client):
                await client.close(1008, "unknown key")

        with Leaver() as server:
            shell = self.open_feed(server, ", subscribe_message = 'hello', subscribe_confirm = MAP {'$.type': 'subscribed'}")
            reason, error = shell.wait_for_state("feed", "failed")
        self.assertIn("close code 1008 asks not to come back", reason)
        self.assertIn("closed with code 1008 (unknown key) before the reply with $.type = subscribed", error)


if __name__ == "__main__":
    unittest.main()
