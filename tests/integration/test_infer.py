"""laminar infer against an independent peer: for each feed it writes definitions that laminar check accepts, and that take every
message of the same peer."""

import http
import json
import os
import re
import unittest

from feed_samples import ALL, sample
from laminar_process import PROJECT, Laminar, LaminarTestCase, run
from websocket_peer import FeedServer, Server


# A document of a kilobyte whose aliases come to more than anybody has.
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))


class SubscribedServer(FeedServer):
    """Sends its messages to who has subscribed."""

    async def serve_client(self, client):
        await self._remember(await client.recv())
        await super().serve_client(client)


class InferCase(LaminarTestCase):
    def infer(self, *arguments, expect=0, **options):
        laminar = run("infer", *arguments, **options)
        self.assertEqual(laminar.exit_code, expect, laminar.stdout.text + "\n" + laminar.stderr.text)
        return laminar

    def check(self, script, *arguments):
        checked = run("check", *arguments, "-", stdin=script)
        self.assertEqual(checked.exit_code, 0, checked.stdout.text + "\n" + script)

    def tables(self, script):
        return re.findall(r"^CREATE TABLE (\S+)", script, re.MULTILINE)

    def statement(self, script, table):
        """Without its comments."""
        found = re.search(rf"^CREATE TABLE {re.escape(table)} .*?;$", script, re.MULTILINE | re.DOTALL)
        self.assertIsNotNone(found, script)
        return re.sub(r" *--.*", "", found.group())

    def take_all(self, script, connection, peer):
        """Runs the definitions until all messages of the peer have come, and returns the rows of each table."""
        count = len(peer.messages)
        peer.hold()  # Until all tables are there.
        shell = self.start_shell()
        shell.execute(script)
        peer.release()
        shell.wait_until("messages_received", f"system.connections WHERE connection_name = '{connection}'",
                         lambda rows: rows and rows[0][0] >= count)
        rows = {name: shell.select("COUNT(*)", name)[0][0] for name in self.tables(script)}
        bad = shell.select("messages_failed, dead_letters, messages_unmatched, last_error", "system.connections")
        self.assertEqual(bad, [[0, 0, 0, None]], script)
        self.assertEqual(shell.leave(), 0)
        return rows


class FeedTest(InferCase):
    def test_every_feed(self):
        for name in ALL:
            with self.subTest(name):
                messages = sample(name)
                with FeedServer(messages) as peer:
                    script = self.infer(peer.url(), "--messages", len(messages), "--name", name).stdout.text
                    self.check(script)
                    rows = self.take_all(script, name, peer)
                if os.environ.get("SHOW"):
                    print(script)
                    print(rows)
                self.assertGreater(min(rows.values()), 0, script)


class ConnectionTest(InferCase):
    TRADES = [json.dumps({"type": "trade", "price": number, "time": 1767225600000 + number}) for number in range(5)]

    def test_headers_and_messages_are_sent_and_no_secret_is_written(self):
        with SubscribedServer(self.TRADES) as peer:
            laminar = self.infer(peer.url("/v1/0123456789abcdef0123456789abcdef?token=t0psecret"), "--header", "Authorization: Bearer hush-hush",
                                 "--header", "X-Client: me", "--subscribe", '{"op": "login", "apiKey": "k3y-of-mine"}', "--messages", 5)
            path, headers = peer.requests[0]
        self.assertEqual(path, "/v1/0123456789abcdef0123456789abcdef?token=t0psecret")
        self.assertEqual((headers["Authorization"], headers["X-Client"]), ("Bearer hush-hush", "me"))
        self.assertEqual(json.loads(peer.received[0]), {"op": "login", "apiKey": "k3y-of-mine"})
        everything = laminar.stdout.text + laminar.stderr.text
        for secret in ("t0psecret", "hush-hush", "k3y-of-mine", "0123456789abcdef"):
            self.assertNotIn(secret, everything)
        for reference in ("v1/${secret:endpoint_key}?token=${secret:token}", "'Bearer ${secret:authorization}'", "'apiKey': '${secret:api_key}'"):
            self.assertIn(reference, laminar.stdout.text)
        self.check(laminar.stdout.text)

    def test_secrets_of_lists_texts_and_options_are_not_written(self):
        for message, kept in (('{"op": "auth", "args": ["k3y-of-mine", 1700000000000, "' + 32 * "0a" + '"]}', ("'op': 'auth'", "1700000000000")),
                              ("AUTH k3y-of-mine", ("AUTH ${secret:auth}",))):
            with self.subTest(message), SubscribedServer(self.TRADES) as peer:
                laminar = self.infer(peer.url(), "--subscribe", message, "--messages", 5)
                self.assertIn("k3y-of-mine", peer.received[0])
                for secret in ("k3y-of-mine", 32 * "0a"):
                    self.assertNotIn(secret, laminar.stdout.text + laminar.stderr.text)
                for text in kept:
                    self.assertIn(text, laminar.stdout.text)
                self.check(laminar.stdout.text)
        recorded = self.temporary_folder() / "recorded.ndjson"
        recorded.write_text("\n".join(self.TRADES) + "\n")
        laminar = self.infer(recorded, "--endpoint", "wss://stream.example.com", "--option", "proxy = 'http://user:t0psecret@proxy:3128'")
        self.assertNotIn("t0psecret", laminar.stdout.text + laminar.stderr.text)
        self.assertIn("proxy = '${secret:proxy}'", laminar.stdout.text)
        self.check(laminar.stdout.text)

    def test_secrets_given_by_name_are_used(self):
        folder = self.temporary_folder()
        (folder / "mine").write_text("hush-hush\n")
        with FeedServer([json.dumps({"echo": "hush-hush", "n": 1})]) as peer:
            laminar = self.infer(peer.url(), "--header", "X-Key: ${secret:mine}", "--messages", 1, "--secrets-dir", folder)
            self.assertEqual(peer.requests[0][1]["X-Key"], "hush-hush")
        self.assertIn("${secret:mine}", laminar.stdout.text)
        self.assertNotIn("hush-hush", laminar.stdout.text)

    def test_options_are_those_of_the_connection(self):
        with FeedServer(self.TRADES) as peer:
            script = self.infer(peer.url(), "--messages", 5, "--option", "idle_timeout_s = 60").stdout.text
            self.assertIn("idle_timeout_s = 60", script)
            wrong = self.infer(peer.url(), "--option", "idle_timeout = 60", expect=1)
            self.assertIn('did you mean "idle_timeout_s"', wrong.stderr.text)

    def test_a_peer_that_ends_is_looked_at_all_the_same(self):
        class Ending(FeedServer):
            async def serve_client(self, client):
                for message in self.messages:
                    await client.send(message)
                await client.close(4001, "enough")

        with Ending(self.TRADES) as peer:
            laminar = self.infer(peer.url(), "--for", "1h")
            self.assertIn("5 messages", laminar.stdout.text)
            self.assertIn("enough", laminar.stderr.text)
        with Ending([]) as peer:
            laminar = self.infer(peer.url(), "--for", "1h", expect=1)
            self.assertIn("enough", laminar.stderr.text)
            self.assertEqual(laminar.stdout.text, "")

    def test_an_interrupt_ends_the_sample(self):
        with FeedServer(self.TRADES) as peer:
            with Laminar("infer", peer.url(), "--for", "1h", "--log-level", "debug") as laminar:
                # A pong comes after all messages have been read.
                peer.wait_for_clients(1)
                peer.ping_clients()
                laminar.interrupt()
                self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
                self.assertIn("CREATE TABLE messages", laminar.stdout.text)

    def test_peers_that_say_nothing_refuse_or_are_not_there(self):
        with Server() as peer:
            silent = self.infer(peer.url(), "--for", "100ms", expect=1)
            self.assertIn("has sent nothing", silent.stderr.text)
            self.assertIn("--subscribe", silent.stderr.text)
            port = peer.port
        gone = self.infer(f"ws://127.0.0.1:{port}/", expect=1)
        self.assertIn("refused", gone.stderr.text)

        async def refuse(path, headers):
            return http.HTTPStatus.FORBIDDEN, [], b"no"

        with Server(process_request=refuse) as peer:
            refused = self.infer(peer.url(), expect=1)
            self.assertIn("403", refused.stderr.text)

    def test_text_and_bytes(self):
        with FeedServer(["12:00 hello", "12:01 it's me"]) as peer:
            script = self.infer(peer.url(), "--messages", 2).stdout.text
            self.check(script)
            self.assertIn("format = 'text'", script)
            self.assertEqual(self.take_all(script, "feed", peer), {"messages": 2})
        with FeedServer([b"\x00\xff\x01", b"\x00\xfe"]) as peer:
            script = self.infer(peer.url(), "--messages", 2).stdout.text
            self.check(script)
            self.assertIn("format = 'binary'", script)
            self.assertEqual(self.take_all(script, "feed", peer), {"messages": 2})

    def test_messages_that_are_not_json_among_others(self):
        with FeedServer(self.TRADES + ["pong", b"\xff\xfe", "7"]) as peer:
            laminar = self.infer(peer.url(), "--messages", 8)
            self.check(laminar.stdout.text)
        self.assertIn("2 messages are not JSON", laminar.stderr.text)
        self.assertIn("1 message is for no table, such as 7", laminar.stderr.text)

    def test_hostile_messages_are_bounded(self):
        deep = '{"a":' * 400 + "1" + "}" * 400
        wide = json.dumps({f"key {number}": number for number in range(200_000)})
        odd = json.dumps({"'; DROP TABLE x; --": 1, "a\nb": 2, "\u0007": "\n-- x\n", 'q"uote': 3, "q\"u'o": 4, "": 5, "__laminar_x": 6})
        with FeedServer([deep, deep, wide, odd, odd]) as peer:
            script = self.infer(peer.url(), "--messages", 5).stdout.text
            self.check(script)
            self.assertLess(len(script), 20_000)
            self.take_all(script, "feed", peer)

    def test_the_sample_is_bounded_by_bytes(self):
        with FeedServer(["{\"text\": \"" + "x" * 1000 + "\"}"] * 100) as peer:
            script = self.infer(peer.url(), "--size", "10KiB", "--for", "1h").stdout.text
        self.assertRegex(script, r"from 1[01] messages")


class OutputTest(InferCase):
    def test_a_file_is_written_once(self):
        folder = self.temporary_folder()
        script = folder / "feed.sql"
        with FeedServer(['{"a": 1}']) as peer:
            self.assertEqual(self.infer(peer.url(), "--messages", 1, "--output", script).stdout.text, "")
            written = script.read_text()
            self.assertIn("CREATE TABLE messages", written)
            script.write_text("mine")
            again = self.infer(peer.url(), "--messages", 1, "--output", script, expect=2)
            self.assertIn("exists already", again.stderr.text)
            self.assertEqual(script.read_text(), "mine")
            self.infer(peer.url(), "--messages", 1, "--output", script, "--force")
            self.assertEqual(script.read_text().split("\n", 1)[1], written.split("\n", 1)[1])
            self.assertEqual([path.name for path in folder.iterdir()], ["feed.sql"])
            nowhere = self.infer(peer.url(), "--messages", 1, "--output", folder / "none" / "feed.sql", expect=1)
            self.assertIn("cannot write", nowhere.stderr.text)

    def test_wrong_usage(self):
        for arguments, says in ((["ws://"], "ws://"), (["https://example.com/?token=x"], "neither a ws:// or wss:// URL nor a file"), ([], "SOURCE"), (["/nonexistent.ndjson"], "cannot read"),
                                (["ws://127.0.0.1:1/", "--header", "x"], "NAME: VALUE"),
                                (["ws://127.0.0.1:1/", "--option", "a = 1, b = 2"], "NAME = VALUE"),
                                (["x.ndjson", "--header", "A: b"], "--endpoint"), (["--asyncapi", "/nonexistent.json"], "cannot use")):
            laminar = self.infer(*arguments, expect=2)
            self.assertIn(says, laminar.stderr.text, arguments)
            self.assertEqual(laminar.stdout.text, "")


class FileTest(InferCase):
    def test_recorded_messages(self):
        folder = self.temporary_folder()
        lines = sample("binance")
        (folder / "recorded.ndjson").write_text("\n".join(lines) + "\n\n")
        script = self.infer("recorded.ndjson", "--endpoint", "wss://stream.binance.com/stream?streams=btcusdt@trade", cwd=folder).stdout.text
        self.check(script)
        self.assertIn("CREATE CONNECTION binance TO websocket", script)
        self.assertIn("'$.data.e': 'trade'", self.statement(script, "trade"))

    def test_the_file_itself_is_the_connection_without_an_endpoint(self):
        folder = self.temporary_folder()
        (folder / "my trades.ndjson").write_text('{"price": 1.5, "time": "2026-01-01T00:00:00Z"}\n{"price": 2, "time": "2026-01-01T00:00:01Z"}\n')
        script = self.infer("my trades.ndjson", cwd=folder).stdout.text
        laminar = self.run_script(script + "WAIT FOR messages COUNT 2; SELECT price FROM messages;", "--quiet", cwd=folder)
        self.assertEqual(laminar.rows, [{"price": 1.5}, {"price": 2.0}])

    def test_files_with_nothing_to_find(self):
        folder = self.temporary_folder()
        for text, arguments, says in (("[]\n{}\n3\n", ["--endpoint", "wss://a.example"], "no message is an object or an array"),
                                      ("hello\nworld\n", [], "has no JSON"), ("\n", [], "there is no message in")):
            (folder / "recorded").write_text(text)
            laminar = run("infer", "recorded", *arguments, cwd=folder)
            self.assertNotEqual(laminar.exit_code, 0)
            self.assertIn(says, laminar.stderr.text)
            self.assertEqual(laminar.stdout.text, "")

    def test_recordings_have_the_messages_in_them(self):
        folder = self.temporary_folder()
        (folder / "recorded.ndjson").write_text('{"received_at": "2026-01-01T00:00:00Z", "message": {"price": 1.5}}\n'
                                                '{"received_at": "2026-01-01T00:00:01Z", "message": "{\\"price\\": 2}"}\n')
        script = self.infer("recorded.ndjson", "--endpoint", "wss://ws.example.com", cwd=folder).stdout.text
        self.assertIn("price DOUBLE", self.statement(script, "messages"))


class GuideTest(InferCase):
    def test_the_example_of_the_guide(self):
        guide = PROJECT / "docs" / "infer.md"
        messages, script = re.search(r"^```ndjson\n(.*?)^```$.*?^```sql\n(.*?)^```$", guide.read_text(), re.MULTILINE | re.DOTALL).groups()
        folder = self.temporary_folder()
        (folder / "recorded.ndjson").write_text(messages)
        written = self.infer("recorded.ndjson", "--endpoint", "wss://stream.example.com/all", cwd=folder).stdout.text
        if os.environ.get("LAMINAR_UPDATE"):
            guide.write_text(guide.read_text().replace(f"```sql\n{script}```", f"```sql\n{written}\n```", 1))
        else:
            self.assertEqual(written + "\n", script)


TRADE_SCHEMA = {
    "type": "object",
    "required": ["type", "symbol", "price", "time"],
    "properties": {
        "type": {"const": "trade"},
        "symbol": {"type": "string"},
        "price": {"type": "number"},
        "size": {"type": "integer"},
        "side": {"enum": ["buy", "sell"]},
        "time": {"type": "integer", "description": "Milliseconds since the Unix epoch"},
        "venue": {"$ref": "#/components/schemas/venue"},
    },
}
BOOK_SCHEMA = {
    "allOf": [
        {"type": "object", "properties": {"type": {"const": "book"}, "symbol": {"type": "string"}}},
        {"properties": {"at": {"type": "string", "format": "date-time"},
                        "bids": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
                        "asks": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}}},
    ]
}
COMPONENTS = {
    "schemas": {"venue": {"type": "object", "properties": {"name": {"type": "string"}, "parent": {"$ref": "#/components/schemas/venue"}}},
                "book": BOOK_SCHEMA},
    "messages": {"trade": {"name": "Trade", "payload": TRADE_SCHEMA},
                 "book": {"name": "OrderBook", "payload": {"$ref": "#/components/schemas/book"}},
                 "subscribe": {"payload": {"type": "object", "properties": {"op": {"type": "string"}}}}},
}
DESCRIBED = [json.dumps(message) for message in (
    {"type": "trade", "symbol": "A", "price": 1.5, "size": 3, "side": "buy", "time": 1767225600123, "venue": {"name": "X", "parent": {"name": "Y"}}},
    {"type": "trade", "symbol": "A", "price": 1, "time": 1767225600124},
    {"type": "book", "symbol": "A", "at": "2026-01-01T00:00:00Z", "bids": [[1.5, 2]], "asks": []},
)]


class AsyncApiTest(InferCase):
    def version_2(self, port):
        return {"asyncapi": "2.6.0", "info": {"title": "prices", "version": "1"},
                "servers": {"docs": {"url": "https://example.com", "protocol": "https"},
                            "here": {"url": "127.0.0.1:{port}", "protocol": "ws", "variables": {"port": {"default": str(port)}}}},
                "channels": {"/prices": {"publish": {"message": {"$ref": "#/components/messages/subscribe"}},
                                         "subscribe": {"message": {"oneOf": [{"$ref": "#/components/messages/trade"},
                                                                             {"$ref": "#/components/messages/book"}]}}}},
                "components": COMPONENTS}

    def version_3(self, port):
        return {"asyncapi": "3.0.0", "info": {"title": "prices", "version": "1"},
                "servers": {"here": {"host": f"127.0.0.1:{port}", "pathname": "/", "protocol": "ws"}},
                "channels": {"prices": {"address": "/prices", "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in ("trade", "book", "subscribe")}}},
                "operations": {"send": {"action": "send", "channel": {"$ref": "#/channels/prices"},
                                        "messages": [{"$ref": "#/channels/prices/messages/trade"}, {"$ref": "#/channels/prices/messages/book"}]},
                               "receive": {"action": "receive", "channel": {"$ref": "#/channels/prices"},
                                           "messages": [{"$ref": "#/channels/prices/messages/subscribe"}]}},
                "components": COMPONENTS}

    def test_documents_of_both_versions(self):
        folder = self.temporary_folder()
        for describe in (self.version_2, self.version_3):
            with self.subTest(describe.__name__), FeedServer(DESCRIBED) as peer:
                (folder / "prices.json").write_text(json.dumps(describe(peer.port)))
                script = self.infer("--asyncapi", "prices.json", cwd=folder).stdout.text
                self.check(script)
                self.assertIn(f"endpoint = '{peer.url('/prices')}'", script)
                self.assertEqual(self.tables(script), ["trade", "order_book"])
                trade = self.statement(script, "trade")
                self.assertIn("'$.type': 'trade'", trade)
                self.assertIn("time TIMESTAMP WITH (time_unit = 'ms')", trade)
                self.assertIn("bids DOUBLE[][]", self.statement(script, "order_book"))
                self.assertEqual(self.take_all(script, "feed", peer), {"trade": 2, "order_book": 1})

    def test_a_document_in_yaml(self):
        folder = self.temporary_folder()
        with FeedServer(DESCRIBED) as peer:
            (folder / "prices.yaml").write_text(f"""
asyncapi: 2.6.0
servers:
  here: {{url: '127.0.0.1:{peer.port}', protocol: ws}}
x-common: &time   # an anchor, and a map that takes it over
  time: {{type: integer, examples: [1767225600123]}}
channels:
  /prices:
    subscribe:
      message:
        oneOf:
          - name: trade
            payload:
              type: object
              properties:
                type: {{const: trade}}
                price: {{type: number}}
                <<: *time
          - name: state
            payload: {{type: object, properties: {{type: {{const: state}}, open: {{type: boolean}}, code: {{const: "007"}}}}}}
""")
            script = self.infer("--asyncapi", "prices.yaml", cwd=folder).stdout.text
            self.check(script)
            self.assertEqual(self.tables(script), ["trade", "state"])
            self.assertIn("time TIMESTAMP", self.statement(script, "trade"))
            self.assertIn("open BOOLEAN", self.statement(script, "state"))
            self.assertIn("code TEXT", self.statement(script, "state"))

    def test_schemas_that_list_nothing_or_have_no_end(self):
        folder = self.temporary_folder()
        nodes = {f"n{number}": {"$ref": "#/components/schemas/node"} for number in range(12)}
        for schema in ({"properties": {"type": {"const": "a"}, "side": {"enum": []}}}, {"properties": {"type": {"const": "a"}, "sides": {"type": "array", "items": {"enum": []}}}},
                       {"$ref": "#/components/schemas/node"}):
            document = {"asyncapi": "2.6.0", "servers": {"here": {"url": "stream.example.com", "protocol": "wss"}},
                        "channels": {"/all": {"subscribe": {"message": {"name": "a", "payload": schema}}}},
                        "components": {"schemas": {"node": {"type": "object", "properties": {"type": {"const": "a"}, **nodes}}}}}
            with self.subTest(schema):
                (folder / "a.json").write_text(json.dumps(document))
                script = self.infer("--asyncapi", "a.json", cwd=folder).stdout.text
                self.check(script)
                self.assertEqual(self.tables(script), ["a"])

    def test_documents_that_cannot_be_used(self):
        folder = self.temporary_folder()
        for document, says in (("asyncapi: 2.6.0\n", "ws or wss"), ("{}", "no AsyncAPI document"), ("- 1\n", "no AsyncAPI document"), ("a: [\n", "it is no YAML: line"), (BOMB, "aliases written out"),
                               ('{"asyncapi": "2.0.0", "servers": {"a": {"url": "x", "protocol": "mqtt"}}}', "ws or wss"),
                               ('{"asyncapi": "2.0.0", "servers": {"a": {"url": "x", "protocol": "ws"}}, "channels": {}}', "no channel"),
                               ('{"asyncapi": "2.0.0", "servers": {"a": {"$ref": "#/servers/a"}}}', "ws or wss")):
            (folder / "a.json").write_text(document)
            self.assertIn(says, self.infer("--asyncapi", "a.json", cwd=folder, expect=2).stderr.text)


if __name__ == "__main__":
    unittest.main()
