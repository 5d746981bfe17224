"""The examples of public feeds against a peer that behaves as they do, and drops the connection twice: it is subscribed
anew each time, and every message reaches its table."""

import base64
import json
import re
import unittest

from feed_peers import PEERS, REFUSALS, SECRET, LeavingTwitch, PlainFeed
from laminar_process import PROJECT, LaminarTestCase

FEEDS = PROJECT / "sql_examples" / "feeds"
# How many messages a client sends first.
SUBSCRIPTIONS = {"aisstream": 1, "alpaca": 1, "binance": 0, "bitfinex": 1, "bybit": 1, "coinbase": 3, "deribit": 1, "ethereum": 2, "jetstream": 0,
                 "kraken_v1": 2, "kraken_v2": 2, "mastodon": 0, "okx": 1, "phoenix": 1, "polygon": 2}
# What it waits for before it counts as subscribed.
CONFIRMATIONS = {"deribit": {"jsonrpc": "2.0", "id": 1, "result": []}}
# Laminar is the one that is connected to: test_feed_servers.py.
SERVED = {"ocpp"}


def payload_of(line):
    """Of a recorded line of a test."""
    line = re.sub(r"^\+\w+ ", "", line)
    record = json.loads(line) if line.startswith('{"received_at"') else {}
    return base64.b64decode(record["data"]) if "data" in record else record.get("message", line)


class FeedsTest(LaminarTestCase):
    def inputs(self, name):
        """The recorded messages of its tests, and what their last query says of failures and of messages for no table."""
        text = (FEEDS / f"{name}.test").read_text()
        recorded = re.findall(r"^@input \w+\n(.*?)^@", text, re.MULTILINE | re.DOTALL)
        messages = [payload_of(line) for block in recorded for line in block.splitlines() if line and not line.startswith("#")]
        return messages, json.loads(re.findall(r'^\{"messages_failed".*$', text, re.MULTILINE)[-1])

    def peer(self, name, messages):
        if name in PEERS:
            return PEERS[name](messages)
        return PlainFeed(messages, SUBSCRIPTIONS[name], CONFIRMATIONS.get(name))

    def test_every_feed_is_known(self):
        self.assertEqual({path.stem for path in FEEDS.glob("*.sql")}, {*SUBSCRIPTIONS, *PEERS, *SERVED})

    def test_connections_that_are_lost(self):
        for name in [*SUBSCRIPTIONS, *PEERS]:
            with self.subTest(name):
                messages, counts = self.inputs(name)
                with self.peer(name, messages) as peer:
                    self.follow(name, peer, len(messages), counts)
                self.assertEqual(len(peer.requests), 3)
                if name == "jetstream":
                    # Each goes on where the one before was cut.
                    cursors = [json.loads(part[-1])["time_us"] for part in peer.parts[:2]]
                    self.assertEqual([path.rpartition("cursor=")[2] for path, _ in peer.requests[1:]], [str(cursor) for cursor in cursors])
                if name in SUBSCRIPTIONS:
                    once = peer.received[:SUBSCRIPTIONS[name]]
                    self.assertEqual(peer.received, once * 3)

    def start_feed(self, name, peer, secret):
        script = (FEEDS / f"{name}.sql").read_text()
        script = re.sub(r"endpoint = 'wss?://[^/']+", f"endpoint = 'ws://127.0.0.1:{peer.port}", script)
        script = script.replace("mode = 'client',", "mode = 'client', reconnect_interval_ms = 1,", 1)
        # Views of the tables, without the rows of pipelines that are printed.
        script = re.sub(r"^CREATE PIPELINE .*?;\n", "", script, flags=re.MULTILINE | re.DOTALL)
        names = re.findall(r"\$\{secret:(\w+)\}|SECRET\('(\w+)'\)", script)
        shell = self.start_shell(environment={f"LAMINAR_SECRET_{''.join(found).upper()}": secret for found in names})
        shell.execute(script)
        return shell

    def follow(self, name, peer, count, counts):
        shell = self.start_feed(name, peer, SECRET)
        peer.release()
        count += 3 * peer.answers
        rows = shell.wait_until("messages_received, messages_failed, messages_unmatched, reconnect_count, last_error", "system.connections",
                                lambda rows: rows and rows[0][0] >= count and rows[0][3] >= 2)
        self.assertEqual(rows[0][1:3], [counts["messages_failed"], counts["messages_unmatched"]], rows)
        self.assertIn(rows[0][0], (count, count + 3) if name in CONFIRMATIONS else (count,))
        self.assertNotIn(SECRET, shell.stdout.text + shell.stderr.text)
        self.assertEqual(shell.leave(), 0)

    def test_twitch_sends_its_clients_on(self):
        messages, counts = self.inputs("twitch")
        with LeavingTwitch(messages) as peer:
            shell = self.start_feed("twitch", peer, SECRET)
            peer.release()
            # Two welcomes, and what sends it on.
            rows = shell.wait_until("messages_received, messages_failed, messages_unmatched, errors", "system.connections",
                                    lambda rows: rows and rows[0][0] >= len(messages) + 3)
            self.assertEqual(rows, [[len(messages) + 3, 0, counts["messages_unmatched"], 0]])
            self.assertEqual([path for path, _ in peer.requests], ["/ws?keepalive_timeout_seconds=30", "/ws?challenge=d0e1"])
            self.assertEqual(peer.received, [])
            self.assertNotIn("d0e1", "".join(shell.execute("SELECT * FROM system.websocket_logs; SELECT * FROM system.websocket_gaps")))

    def test_the_wrong_secret_is_refused(self):
        for name, refusal in REFUSALS.items():
            with self.subTest(name), self.peer(name, self.inputs(name)[0]) as peer:
                shell = self.start_feed(name, peer, "otherword")
                rows = shell.wait_until("last_error, messages_received", "system.connections", lambda rows: rows and rows[0][0])
                self.assertIn(refusal, rows[0][0])
                self.assertEqual(rows[0][1], 0)
                self.assertNotIn("otherword", shell.stdout.text + shell.stderr.text)
                self.assertEqual(shell.leave(), 0)


if __name__ == "__main__":
    unittest.main()
