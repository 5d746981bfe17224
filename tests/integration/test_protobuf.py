"""Protocol Buffers (format = 'protobuf') against Python's own library."""

import datetime
import pathlib
import tempfile
import unittest

from laminar_process import LaminarTestCase, run
from protobuf_messages import Protos
from websocket_peer import FeedServer, Server

COLUMNS = """symbol TEXT, price DOUBLE, id BIGINT, change INT, bought BOOLEAN, raw BYTEA, side TEXT, at TIMESTAMP, tags TEXT[],
    numbers INT[], levels MAP(TEXT, STRUCT(price DOUBLE, size UBIGINT)), names JSON, best STRUCT(price DOUBLE, size UBIGINT), exchange TEXT, desk INT,
    maybe INT, wrapped BIGINT, lag INTERVAL, rest JSON, big UBIGINT, ratio FLOAT, deep TEXT WITH (json_path = '$.inner.deep')"""


class ProtobufTest(LaminarTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.protos = Protos(pathlib.Path(cls.folder.name))

    def options(self, message="feed.v1.Trade", file="feed.proto", more=""):
        return f"format = 'protobuf', proto_file = '{self.folder.name}/{file}', proto_message = '{message}'{more}"

    def connection(self, url, options):
        return f"CREATE CONNECTION feed TO websocket (endpoint = '{url}', mode = 'client', {options});"

    def full_trade(self):
        trade = self.protos.type("feed.v1.Trade")(
            symbol="BTC – ü", price=-1.5e300, id=-2 ** 63, change=-7, bought=True, raw=b"\x00\xff", side=2, tags=["a", ""], numbers=[1, -1, 300, 0],
            names={-1: "x"}, exchange="lost", maybe=0, big=2 ** 64 - 1, ratio=0.5)
        trade.at.FromDatetime(datetime.datetime(2024, 1, 2, 3, 4, 5, 678901))
        trade.levels["b"].price = 2.5
        trade.best.size = 9
        trade.best.below.add().price = 1
        trade.desk = 4
        trade.wrapped.value = 0
        trade.lag.FromTimedelta(datetime.timedelta(seconds=-1, microseconds=-500000))
        trade.rest.update({"a": [1, None, {"b": True}], "c": "d"})
        trade.inner.deep = "down"
        return trade

    def read(self, options, messages, columns=COLUMNS, select="*", count=None):
        with FeedServer(messages) as server:
            laminar = self.run_script(f"""
                {self.connection(server.url(), options)}
                CREATE TABLE trades ({columns}) WITH (connector = 'feed');
                WAIT FOR trades COUNT {count or len(messages)} TIMEOUT INTERVAL '100 seconds';
                SELECT {select} FROM trades;
                SELECT messages_failed, errors FROM system.connections;
                DROP CONNECTION feed CASCADE;""")
        return laminar.rows

    def test_every_kind_of_field(self):
        for file in ("feed.proto", "all.desc"):
            with self.subTest(file):
                full, empty, counters = self.read(self.options(file=file), [self.full_trade().SerializeToString(), b""])
                self.assertEqual(full, {
                    "symbol": "BTC – ü", "price": -1.5e300, "id": -2 ** 63, "change": -7, "bought": True, "raw": "AP8=", "side": "SELL",
                    "at": "2024-01-02T03:04:05.678901Z", "tags": ["a", ""], "numbers": [1, -1, 300, 0], "levels": {"b": {"price": 2.5, "size": 0}},
                    "names": {"-1": "x"}, "best": {"price": 0.0, "size": 9}, "exchange": None, "desk": 4, "maybe": 0, "wrapped": 0,
                    "lag": "-00:00:01.5", "rest": {"a": [1, None, {"b": True}], "c": "d"}, "big": 2 ** 64 - 1, "ratio": 0.5, "deep": "down"})
                self.assertEqual(empty, {
                    "symbol": "", "price": 0.0, "id": 0, "change": 0, "bought": False, "raw": "", "side": "UNKNOWN", "at": None, "tags": [], "numbers": [],
                    "levels": {}, "names": {}, "best": None, "exchange": None, "desk": None, "maybe": None, "wrapped": None, "lag": None, "rest": None,
                    "big": 0, "ratio": 0.0, "deep": None}, "what has presence is NULL, anything else what protobuf says it is")
                self.assertEqual(counters, {"messages_failed": 0, "errors": 0})

    def test_what_the_wire_may_also_look_like(self):
        trade = self.protos.type("feed.v1.Trade")
        best = [trade(best={"price": 1}), trade(best={"size": 3})]
        packed = trade(numbers=[1, 2]).SerializeToString() + b"\x50\x03" + trade(numbers=[4]).SerializeToString()
        merged = b"".join(each.SerializeToString() for each in best)  # One message in two parts.
        later = trade(exchange="x").SerializeToString() + trade(desk=5).SerializeToString()
        unknown = trade(symbol="u").SerializeToString() + b"\xf8\x3f\x01" + b"\xfa\x3f\x02hi" + b"\xfb\x3f\x08\x01\xfc\x3f" + b"\x38\x09"  # And an enum's new value.
        twice = trade(names={1: "a", 0: "z"}).SerializeToString() + trade(names={1: "b"}).SerializeToString() + b"\x62\x00"  # 0 again, by default.
        rows = self.read(self.options(), [packed, merged, later, unknown, twice], select="numbers, best, exchange, desk, symbol, side, names")
        self.assertEqual(rows[0]["numbers"], [1, 2, 3, 4])
        self.assertEqual(rows[1]["best"], {"price": 1.0, "size": 3})
        self.assertEqual((rows[2]["exchange"], rows[2]["desk"]), (None, 5))
        self.assertEqual((rows[3]["symbol"], rows[3]["side"]), ("u", "9"))
        self.assertEqual(rows[4]["names"], {"1": "b", "0": ""})
        self.assertEqual(rows[5], {"messages_failed": 0, "errors": 0})

    def test_proto2_with_groups_defaults_and_an_import_path(self):
        reading = self.protos.type("old.Reading")(name="r", value=float("nan"))
        reading.part.add(of="x")
        rows = self.read(self.options("old.Reading", "old.proto", f", proto_path = ['{self.folder.name}']"), [reading.SerializeToString()],
                         "name TEXT, level INT, part STRUCT(of TEXT)[], value DOUBLE")
        self.assertEqual(rows[0], {"name": "r", "level": 7, "part": [{"of": "x"}], "value": None})

    def test_broken_messages_say_which_field(self):
        trade = self.full_trade()
        whole = trade.SerializeToString()
        nested = b""
        for _ in range(120):
            nested = b"\x1a" + bytes([len(nested) & 0x7f | 0x80, len(nested) >> 7]) + nested
        broken = {
            b"\x0a\x05BT": 'field "symbol": it is to have 5 bytes, and 2 are left (byte 0)',
            b"\x6a\x04\x0a\x01\x00\x00": 'field "best.price": it came with the wire type 2, and double has 1: is the file the one of the sender? (byte 2)',
            b"\x0a\x02\xff\xfe": 'field "symbol": a text is not UTF-8',
            b"\x52\x02\x01\x80": 'field "numbers[1]": the value is cut off (byte 3)',
            b"\x42\x02\x10\x80": 'field "at.nanos": the value is cut off',
            b"\x5a\x05\x12\x03\x09\x00\x00": 'field "levels.value.price": the value is cut off',
            b"\x00": "0 is no number of a field (byte 0)",
            b"\x42\x0c\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x10\x01": "are no Timestamp",
            b"\x6a" + bytes([len(nested) & 0x7f | 0x80, len(nested) >> 7]) + nested: "nested deeper than 100 levels",
        }
        with FeedServer([*broken, whole]) as server:
            laminar = self.run_script(f"""
                {self.connection(server.url(), self.options(more=", dlq_enabled = true"))}
                CREATE TABLE trades ({COLUMNS}) WITH (connector = 'feed');
                CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
                WAIT FOR trades COUNT 1 TIMEOUT INTERVAL '100 seconds';
                WAIT FOR errors COUNT {len(broken)} TIMEOUT INTERVAL '100 seconds';
                SELECT error_type, error_message FROM errors;
                SELECT hex(data) AS bytes FROM system.dead_letters;
                DROP CONNECTION feed CASCADE;""")
        errors, letters = laminar.rows[:len(broken)], laminar.rows[len(broken):]
        for row, (message, says) in zip(errors, broken.items()):
            self.assertIn(says, row["error_message"])
            self.assertEqual(row["error_type"], "too_deep" if "deeper" in says else "invalid_protobuf")
        self.assertEqual([row["bytes"].lower() for row in letters], [message.hex() for message in broken])

    def test_several_kinds_in_an_envelope_and_texts_beside_them(self):
        envelope = self.protos.type("feed.v1.Envelope")
        messages = [envelope(trade={"symbol": "A", "id": 1}, sequence=7).SerializeToString(), '{"subscribed": "trades"}',
                    envelope(order={"client_order": "o1", "steps": [-1, 2]}, sequence=8).SerializeToString()]
        with FeedServer(messages) as server:
            laminar = self.run_script(f"""
                {self.connection(server.url(), self.options("feed.v1.Envelope", more=", subscribe_message = JSON_OBJECT('op': 'subscribe'), "
                                                            "subscribe_confirm = MAP {'$.subscribed': 'trades'}"))}
                CREATE TABLE trades (symbol TEXT, id BIGINT, n UBIGINT WITH (message_path = '$.sequence'))
                    WITH (connector = 'feed', accept = MAP {{'$.trade': EXISTS}}, rows = '$.trade');
                CREATE TABLE steps (step BIGINT WITH (json_path = '$'), client_order TEXT WITH (message_path = '$.order.client_order'))
                    WITH (connector = 'feed', accept = MAP {{'$.order': EXISTS}}, rows = '$.order.steps[*]');
                WAIT FOR trades COUNT 1 TIMEOUT INTERVAL '100 seconds'; WAIT FOR steps COUNT 2 TIMEOUT INTERVAL '100 seconds';
                SELECT * FROM trades; SELECT * FROM steps; SELECT messages_failed, messages_unmatched FROM system.connections;
                DROP CONNECTION feed CASCADE;""")
            self.assertEqual(server.wait_for_messages(1), ['{"op":"subscribe"}'])
        self.assertEqual(laminar.rows, [{"symbol": "A", "id": 1, "n": 7}, {"step": -1, "client_order": "o1"}, {"step": 2, "client_order": "o1"},
                                        {"messages_failed": 0, "messages_unmatched": 0}])

    SINK = """CREATE TABLE orders (client_order TEXT, amount BIGINT, side TEXT, "limit" DOUBLE, market BOOLEAN, placed TIMESTAMP, steps BIGINT[],
        counts MAP(TEXT, INT), valid INTERVAL, note BYTEA, level STRUCT(price DOUBLE, size UBIGINT)) WITH (connector = 'feed', mode = 'sink');"""

    def test_rows_go_out_as_messages(self):
        with Server() as outlet:
            self.run_script(f"""
                {self.connection(outlet.url(), self.options(more=", proto_send_message = 'feed.v1.Order'"))} {self.SINK}
                INSERT INTO orders VALUES
                    ('ü', 4294967295, 'SELL', 1.5, NULL, TIMESTAMP '1969-12-31 23:59:59.25', [-1, 9223372036854775807], MAP {{'a': -1}},
                     INTERVAL '1 day 00:00:01.5', '\\x00\\xFF'::BLOB, {{'price': 2, 'size': 3}}),
                    (NULL, 0, 'BUY', NULL, true, NULL, [], MAP {{}}, NULL, NULL, NULL);
                DROP CONNECTION feed CASCADE;""")
            order = self.protos.type("feed.v1.Order")
            first, second = [order.FromString(message) for message in outlet.wait_for_messages(2)]
        self.assertEqual((first.client_order, first.amount, first.side, first.limit, list(first.steps), dict(first.counts), first.note),
                         ("ü", 4294967295, 2, 1.5, [-1, 2 ** 63 - 1], {"a": -1}, b"\x00\xff"))
        self.assertEqual((first.placed.seconds, first.placed.nanos), (-1, 250000000))
        self.assertEqual((first.valid.seconds, first.valid.nanos), (86401, 500000000))
        self.assertEqual((first.level.price, first.level.size, first.WhichOneof("price")), (2.0, 3, "limit"))
        self.assertEqual((second.client_order, second.WhichOneof("price"), second.HasField("placed"), second.HasField("level")), ("", "market", False, False))

    def test_rows_that_are_no_message_are_refused_with_their_field(self):
        values = {"(client_order, amount) VALUES ('a', 4294967296)": 'field "amount": expected a whole number that uint32 has room for',
                  "(side) VALUES ('SOLD')": 'field "side": expected one of UNKNOWN, BUY, SELL, found string "SOLD"',
                  "(\"limit\", market) VALUES (1, true)": '"limit" and "market" are of one oneof ("price")',
                  "(steps) VALUES ([1, NULL])": 'field "steps[1]": a list of a message has no NULL',
                  "(valid) VALUES (INTERVAL '1 month')": 'field "valid": a Duration has seconds'}
        with Server() as outlet:
            for row, says in values.items():
                with self.subTest(says):
                    laminar = self.run_script(f"""
                        {self.connection(outlet.url(), self.options(more=", proto_send_message = 'feed.v1.Order'"))} {self.SINK}
                        INSERT INTO orders {row};""", expect=1)
                    self.assertIn(says, laminar.stderr.text)

    def test_values_that_are_overtaken_take_no_memory(self):
        trade = self.protos.type("feed.v1.Trade")
        many = b"\x28\x01" * 1_500_000 + trade(bought=False, price=2).SerializeToString() + b"\x28\x00"  # A BOOLEAN, over and over.
        lists = trade(tags=["x"]).SerializeToString() * 1_100_000
        rows = self.read(self.options(more=", max_message_size = 20000000"), [lists, many], select="bought, price", count=1)
        self.assertEqual(rows[0], {"bought": False, "price": 2.0})
        self.assertEqual(rows[-1], {"messages_failed": 1, "errors": 1})

    def test_a_document_of_any_depth_is_no_danger(self):
        sink = "CREATE TABLE trades (rest JSON, symbol TEXT) WITH (connector = 'feed', mode = 'sink');"
        for depth, expected in ((40, 0), (99_000, 1)):
            with self.subTest(depth), Server() as outlet:
                laminar = self.run_script(f"""
                    {self.connection(outlet.url(), self.options(more=", proto_send_message = 'feed.v1.Trade'"))} {sink}
                    INSERT INTO trades SELECT ('{{"a":' || repeat('[', {depth}) || repeat(']', {depth}) || '}}')::JSON AS rest, 'x';
                    DROP CONNECTION feed CASCADE;""", expect=expected)
                if expected: self.assertIn("nested deeper than", laminar.stderr.text)
                else: self.assertTrue(outlet.wait_for_messages(1))

    def test_rows_of_a_pipeline_that_are_no_message_are_errors_of_their_own(self):
        trade = self.protos.type("feed.v1.Trade")
        with FeedServer([trade(id=number).SerializeToString() for number in (1, -1, 2)]) as server:
            laminar = self.run_script(f"""
                {self.connection(server.url(), self.options(more=", proto_send_message = 'feed.v1.Order'"))} {self.SINK}
                CREATE TABLE trades (id BIGINT) WITH (connector = 'feed');
                CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
                CREATE PIPELINE answers AS INSERT INTO orders (amount) SELECT id FROM trades;
                WAIT FOR answers READ COUNT 3 TIMEOUT INTERVAL '100 seconds';
                WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '100 seconds';
                SELECT * FROM errors; DROP PIPELINE answers; DROP CONNECTION feed CASCADE;""")
            order = self.protos.type("feed.v1.Order")
            self.assertEqual([order.FromString(message).amount for message in server.wait_for_messages(2)], [1, 2])
        self.assertEqual(laminar.rows[0]["error_type"], "processing")
        self.assertIn('field "amount": expected a whole number that uint32 has room for, found number -1', laminar.rows[0]["error_message"])

    def test_check_reads_the_file(self):
        name = self.folder.name
        (pathlib.Path(name) / "wrong.proto").write_text('syntax = "proto3";\nmessage A { strin a = 1; }\n')
        (pathlib.Path(name) / "alone.proto").write_text('syntax = "proto3";\nimport "missing.proto";\nmessage A {}\n')
        (pathlib.Path(name) / "no.desc").write_text("hello")
        for options, says in (
                (self.options("feed.v1.Trad"), f'"{name}/feed.proto" declares no message "feed.v1.Trad"'),
                (self.options(more=", proto_send_message = 'Order'"), 'declares no message "Order"'),
                (self.options(file="none.proto"), "there is no such file"),
                (self.options(file=""), "it is no file"),
                (self.options("A", "wrong.proto"), 'wrong.proto:2:13: "strin" is not defined'),
                (self.options("A", "alone.proto"), "missing.proto"),
                (self.options("A", "no.desc"), "is neither a .proto file nor a set of file descriptors"),
                (f"format = 'protobuf', proto_file = '{name}/feed.proto'", 'needs the option "proto_message"'),
                ("format = 'json', proto_message = 'A'", "does not apply with format = 'json'")):
            with self.subTest(says):
                checked = run("check", "-", stdin=f"CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:1/', {options});")
                self.assertEqual(checked.exit_code, 1, checked.stdout.text)
                self.assertIn(says, checked.stdout.text)

    def test_check_names_columns_that_no_message_has(self):
        for table, says in (
                ("CREATE TABLE t (simbol TEXT) WITH (connector = 'feed')", 'message feed.v1.Trade has no field "simbol"'),
                ("CREATE TABLE t (d TEXT WITH (json_path = '$.inner.depth')) WITH (connector = 'feed')", 'message feed.v1.Trade.Inner has no field "depth"'),
                ("CREATE TABLE t (price TEXT) WITH (connector = 'feed')", "double is no VARCHAR"),
                ("CREATE TABLE t (tags TEXT) WITH (connector = 'feed')", "repeated string is no VARCHAR"),
                ("CREATE TABLE t (symbol TEXT) WITH (connector = 'feed', accept = MAP {'$.sidee': 'BUY'})", 'has no field "sidee"'),
                ("CREATE TABLE t (price DOUBLE) WITH (connector = 'feed', rows = '$.symbol[*]')", "string is no list"),
                ("CREATE TABLE t (symbol TEXT, at INTEGER) WITH (connector = 'feed')", "google.protobuf.Timestamp is no INTEGER"),
                ("CREATE TABLE t (symbol TEXT, prise DOUBLE) WITH (connector = 'feed', mode = 'sink')", 'message feed.v1.Trade has no field "prise"')):
            with self.subTest(table):
                checked = run("check", "-", stdin=f"CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:1/', {self.options()});\n{table};")
                self.assertEqual(checked.exit_code, 1, checked.stdout.text)
                self.assertIn(says, checked.stdout.text)
        good = f"CREATE TABLE t ({COLUMNS}, x TEXT WITH (json_path = '$.levels.b.price'), received_at TIMESTAMP) WITH (connector = 'feed', coerce = true);"
        checked = run("check", "-", stdin=f"CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:1/', {self.options()});\n{good}")
        self.assertEqual(checked.exit_code, 0, checked.stdout.text)


if __name__ == "__main__":
    unittest.main()
