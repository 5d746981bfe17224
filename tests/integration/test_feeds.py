"""The examples of public feeds against a peer that behaves as they do, and drops the connection twice: it is subscribed anew each time, and
every message reaches its table."""

import json
import re
import unittest

from laminar_process import PROJECT, LaminarTestCase
from websocket_peer import Server

FEEDS = PROJECT / "sql_examples" / "feeds"
# How many messages a client sends first.
SUBSCRIPTIONS = {"aisstream": 1, "alpaca": 1, "binance": 0, "bitfinex": 1, "bybit": 1, "coinbase": 3, "deribit": 1, "ethereum": 2, "jetstream": 0,
                 "kraken_v1": 2, "kraken_v2": 2, "mastodon": 0, "okx": 1, "phoenix": 1, "polygon": 2}
# What it waits for before it counts as subscribed.
CONFIRMATIONS = {"deribit": {"jsonrpc": "2.0", "id": 1, "result": []}}


class DroppingServer(Server):
    """Sends its messages in three parts, to a client each; drops the first two behind theirs. held: the last part waits for release."""

    def __init__(self, messages, subscriptions, confirmation):
        third = len(messages) // 3 + 1
        self.parts = [messages[:third], messages[third:2 * third], messages[2 * third:]]
        self.subscriptions = subscriptions
        self.confirmation = confirmation
        self._held = True
        super().__init__()

    def release(self):
        async def open_gate():
            async with self._changed:
                self._held = False
                self._changed.notify_all()

        self.loop.call(open_gate())

    async def serve_client(self, client):
        number = len(self.requests)
        for _ in range(self.subscriptions):
            await self._remember(await client.recv())
        if self.confirmation:
            await client.send(json.dumps(self.confirmation))
        await self._wait_until(lambda: not self._held)
        for message in self.parts[min(number, 3) - 1]:
            await client.send(message)
        if number < 3:
            # Read by the client, as its pong shows, before the connection is lost.
            await (await client.ping())
            client.transport.abort()
        await super().serve_client(client)


class FeedsTest(LaminarTestCase):
    def inputs(self, name):
        """The recorded messages of its tests, and what their last query says of failures and of messages for no table."""
        text = (FEEDS / f"{name}.test").read_text()
        recorded = re.findall(r"^@input \w+\n(.*?)^@", text, re.MULTILINE | re.DOTALL)
        messages = [line for block in recorded for line in block.splitlines() if line and not line.startswith("#")]
        return messages, json.loads(re.findall(r'^\{"messages_failed".*$', text, re.MULTILINE)[-1])

    def test_every_feed_is_known(self):
        self.assertEqual({path.stem for path in FEEDS.glob("*.sql")}, set(SUBSCRIPTIONS))

    def test_connections_that_are_lost(self):
        for name, subscriptions in SUBSCRIPTIONS.items():
            with self.subTest(name):
                messages, counts = self.inputs(name)
                with DroppingServer(messages, subscriptions, CONFIRMATIONS.get(name)) as peer:
                    self.follow(name, peer, len(messages), counts)
                self.assertEqual(len(peer.requests), 3)
                if name == "jetstream":
                    # Each goes on where the one before was cut.
                    cursors = [json.loads(part[-1])["time_us"] for part in peer.parts[:2]]
                    self.assertEqual([path.rpartition("cursor=")[2] for path, _ in peer.requests[1:]], [str(cursor) for cursor in cursors])
                once = peer.received[:subscriptions]
                self.assertEqual(peer.received, once * 3)

    def follow(self, name, peer, count, counts):
        script = (FEEDS / f"{name}.sql").read_text()
        script = re.sub(r"endpoint = 'wss://[^/']+", f"endpoint = 'ws://127.0.0.1:{peer.port}", script)
        script = script.replace("mode = 'client',", "mode = 'client', reconnect_interval_ms = 1,", 1)
        # Views of the tables, without the rows of pipelines that are printed.
        script = re.sub(r"^CREATE PIPELINE .*?;\n", "", script, flags=re.MULTILINE | re.DOTALL)
        secrets = {f"LAMINAR_SECRET_{secret.upper()}": "hush-hush" for secret in re.findall(r"\$\{secret:(\w+)\}", script)}
        shell = self.start_shell(environment=secrets)
        shell.execute(script)
        peer.release()
        confirmations = 3 if name in CONFIRMATIONS else 0
        rows = shell.wait_until("messages_received, messages_failed, messages_unmatched, reconnect_count, last_error", "system.connections",
                                lambda rows: rows and rows[0][0] >= count and rows[0][3] >= 2)
        self.assertEqual(rows[0][1:3], [counts["messages_failed"], counts["messages_unmatched"]], rows)
        self.assertIn(rows[0][0], (count, count + confirmations))
        self.assertNotIn("hush-hush", shell.stdout.text + shell.stderr.text)
        self.assertEqual(shell.leave(), 0)


if __name__ == "__main__":
    unittest.main()
