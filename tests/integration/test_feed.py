"""A feed of 10,000 varied messages, sent by an independent WebSocket server, is read into a table with a column of
every kind; every field of every row is compared with what this program computes from the same messages."""

import base64
import datetime
import decimal
import json
import random
import struct
import unittest
import uuid

from laminar_process import LaminarTestCase, Real
from websocket_peer import FeedServer

MESSAGES = 10_000
UTC = datetime.timezone.utc

COLUMNS = """
    seq BIGINT NOT NULL,
    flag BOOLEAN,
    tiny TINYINT, small SMALLINT, medium INTEGER, big BIGINT, huge HUGEINT,
    unsigned_tiny UTINYINT, unsigned_small USMALLINT, unsigned_medium UINTEGER, unsigned_big UBIGINT,
    single FLOAT, real DOUBLE, price DECIMAL(18, 4), wide_price DECIMAL(38, 10),
    name TEXT, payload JSON, bytes BYTEA, id UUID, mood ENUM('happy', 'sad', 'calm'),
    day DATE, clock TIME, at TIMESTAMP, zoned TIMESTAMP WITH TIME ZONE, epoch TIMESTAMP, pause INTERVAL,
    tags TEXT[], matrix INTEGER[][], point STRUCT(x DOUBLE, label TEXT, inner STRUCT(deep BIGINT[])),
    counts MAP(TEXT, BIGINT), triple INTEGER[3],
    city TEXT WITH (json_path = '$.address.city'),
    note TEXT DEFAULT 'none'
"""

TEXTS = [
    "plain",
    "",
    "with \"quotes\" and \\ backslash / slash",
    "line\nfeed, tab\t, return\r, bell\x07, null\x00, unit\x1f",
    "Grüße, Ελληνικά, 日本語, العربية",
    "emoji 😀👩‍👩‍👧 and flag 🇩🇪",
    "\ud7ff\ue000\ufffd\U0010ffff",
    "NULL",
    "a" * 5000,
    "'; DROP TABLE events; --",
    "  leading and trailing  ",
]


def text(rng):
    if rng.random() < 0.5:
        return rng.choice(TEXTS)
    return "".join(chr(rng.choice([rng.randrange(1, 128), rng.randrange(0xA0, 0xD800), rng.randrange(0x10000, 0x110000)]))
                   for _ in range(rng.randrange(30)))


def json_value(rng, depth=0):
    kinds = ["null", "true", "int", "real", "text"] + (["list", "object"] if depth < 4 else [])
    kind = rng.choice(kinds)
    if kind == "null":
        return None
    if kind == "true":
        return rng.random() < 0.5
    if kind == "int":
        return rng.randrange(-(2**63), 2**63)
    if kind == "real":
        return rng.uniform(-1e6, 1e6)
    if kind == "text":
        return text(rng)
    if kind == "list":
        return [json_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {f"k{i}": json_value(rng, depth + 1) for i in range(rng.randrange(4))}


def integer(rng, low, high):
    return rng.choice([low, high, 0, rng.randint(low, high)])


def moment(rng):
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=rng.randrange(-10**15, 4 * 10**15))


def real(rng):
    return rng.choice([0.0, -0.0, 1e-300, -1.7976931348623157e308, 0.1, 1 / 3, rng.uniform(-1, 1), rng.gauss(0, 1e12)])


class Field:
    """How a column's value is made: (what the message says, what the row shows)."""

    @staticmethod
    def same(value):
        return value, value

    def __init__(self, rng):
        self.rng = rng

    def make(self, name):
        return getattr(self, "make_" + name)()

    def make_flag(self):
        return self.same(self.rng.random() < 0.5)

    def make_tiny(self):
        return self.same(integer(self.rng, -(2**7), 2**7 - 1))

    def make_small(self):
        return self.same(integer(self.rng, -(2**15), 2**15 - 1))

    def make_medium(self):
        return self.same(integer(self.rng, -(2**31), 2**31 - 1))

    def make_big(self):
        return self.same(integer(self.rng, -(2**63), 2**63 - 1))

    def make_huge(self):
        return self.same(integer(self.rng, -(2**127), 2**127 - 1))

    def make_unsigned_tiny(self):
        return self.same(integer(self.rng, 0, 2**8 - 1))

    def make_unsigned_small(self):
        return self.same(integer(self.rng, 0, 2**16 - 1))

    def make_unsigned_medium(self):
        return self.same(integer(self.rng, 0, 2**32 - 1))

    def make_unsigned_big(self):
        return self.same(integer(self.rng, 0, 2**64 - 1))

    def make_single(self):
        value = self.rng.uniform(-1e6, 1e6)
        return value, struct.unpack("f", struct.pack("f", value))[0]

    def make_real(self):
        return self.same(real(self.rng))

    def make_price(self):
        # One digit more than the column keeps: rounded half away from zero.
        value = decimal.Decimal(self.rng.randrange(-10**15, 10**15)).scaleb(-5)
        return Verbatim(value), value.quantize(decimal.Decimal("1.0000"), decimal.ROUND_HALF_UP)

    def make_wide_price(self):
        value = decimal.Decimal(self.rng.randrange(-10**37, 10**37)).scaleb(-10)
        return Verbatim(value), value

    def make_name(self):
        return self.same(text(self.rng))

    def make_payload(self):
        value = json_value(self.rng)
        return self.same(value)

    def make_bytes(self):
        value = base64.b64encode(self.rng.randbytes(self.rng.randrange(40))).decode()
        return self.same(value)

    def make_id(self):
        value = str(uuid.UUID(int=self.rng.getrandbits(128)))
        return (value.upper() if self.rng.random() < 0.3 else value), value

    def make_mood(self):
        return self.same(self.rng.choice(["happy", "sad", "calm"]))

    def make_day(self):
        return self.same((datetime.date(1600, 1, 1) + datetime.timedelta(days=self.rng.randrange(300_000))).isoformat())

    def make_clock(self):
        value = (datetime.datetime.min + datetime.timedelta(microseconds=self.rng.randrange(86_400 * 10**6))).time()
        return value.isoformat(), value

    def make_at(self):
        value = moment(self.rng)
        return value.isoformat(self.rng.choice("T ")), value

    def make_zoned(self):
        value = moment(self.rng).replace(tzinfo=UTC)
        zone = datetime.timezone(datetime.timedelta(minutes=15 * self.rng.randrange(-48, 56)))
        return value.astimezone(zone).isoformat(), value.replace(tzinfo=None)

    def make_epoch(self):
        seconds = self.rng.randrange(10**9, 4 * 10**9)
        value = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
        return self.rng.choice([seconds, seconds * 10**3, seconds * 10**6, seconds * 10**9]), value

    def make_pause(self):
        days, seconds = self.rng.randrange(1, 100), self.rng.randrange(1, 86_400)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        plural = "s" if days != 1 else ""
        return self.same(f"{days} day{plural} {clock}")

    def make_tags(self):
        return self.same([None if self.rng.random() < 0.2 else text(self.rng) for _ in range(self.rng.randrange(5))])

    def make_matrix(self):
        return self.same([[integer(self.rng, -(2**31), 2**31 - 1) for _ in range(self.rng.randrange(3))]
                          for _ in range(self.rng.randrange(3))])

    def make_point(self):
        value = {"x": real(self.rng), "label": text(self.rng), "inner": {"deep": [1, None, self.rng.randrange(2**60)]}}
        shown = dict(value)
        if self.rng.random() < 0.3:
            del value["label"]
            shown["label"] = None
        if self.rng.random() < 0.3:
            value["unknown"] = "dropped"
        return value, shown

    def make_counts(self):
        return self.same({f"key {i}": self.rng.randrange(-10**12, 10**12) for i in range(self.rng.randrange(4))})

    def make_triple(self):
        return self.same([self.rng.randrange(1000) for _ in range(3)])

    def make_city(self):
        return self.same(text(self.rng))

    def make_note(self):
        return self.same(text(self.rng))


class Verbatim:
    """A number with exactly these digits in JSON."""

    def __init__(self, value):
        self.value = value


FIELDS = [name.removeprefix("make_") for name in dir(Field) if name.startswith("make_")]


def encode(message, rng):
    """JSON text in one of several spellings."""
    digits = {}

    def mark(value):
        if isinstance(value, Verbatim):
            key = f"@@{len(digits)}@@"
            digits[f'"{key}"'] = str(value.value)
            return key
        raise TypeError(value)

    encoded = json.dumps(message, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, None, 1]), default=mark)
    for key, number in digits.items():
        encoded = encoded.replace(key, number)
    return encoded


INVALID = ["", "{", "not json", '{"seq": 1,}', '{"seq": 01}', '{"seq": 1} x', '["seq"', '{"seq": NaN}', "{'seq': 1}", '{"seq": "\x01"}',
           '{"name": "\\ud800"', '{"seq": 1e}', '"seq"', "null", "42", '{"seq": null}', '{"name": "no seq"}', '{"seq": "12"}', '{"seq": true}',
           '{"seq": 9223372036854775808}', '{"seq": 5, "flag": 1}', '{"seq": 5, "tiny": 128}', '{"seq": 5, "unsigned_tiny": -1}',
           '{"seq": 5, "medium": 1.5}', '{"seq": 5, "name": 7}', '{"seq": 5, "day": "2026-02-30"}', '{"seq": 5, "at": "yesterday"}',
           '{"seq": 5, "id": "xyz"}', '{"seq": 5, "tags": "x"}', '{"seq": 5, "tags": [1]}', '{"seq": 5, "price": 1e30}', '{"seq": 5, "point": []}',
           '{"seq": 5, "triple": [1, 2]}']


def make_feed(seed):
    """(messages to send, expected rows, number of messages that cannot be used)."""
    rng = random.Random(seed)
    fields = Field(rng)
    messages, rows, bad = [], [], 0
    while len(messages) < MESSAGES:
        if rng.random() < 0.05:
            messages.append(rng.choice(INVALID))
            bad += 1
            continue
        message, row = {"seq": len(rows)}, {"seq": len(rows)}
        for name in FIELDS:
            fate = rng.random()
            if fate < 0.7:
                said, row[name] = fields.make(name)
            else:
                said, row[name] = None, None
            if fate > 0.85:
                # Not even a null: the default, where there is one.
                row[name] = "none" if name == "note" else None
                continue
            if name == "city":
                message["address"] = {"street": "x", "city": said, "zip": [1, 2]}
            else:
                message[name.upper() if rng.random() < 0.05 else name] = said
        if rng.random() < 0.3:
            message[f"extra {rng.randrange(5)}"] = json_value(rng)
        items = list(message.items())
        if rng.random() < 0.5:
            rng.shuffle(items)
        messages.append(encode(dict(items), rng))
        rows.append(row)
    return messages, rows, bad


def shown(name, value):
    """A printed value in the form in which it was computed."""
    if value is None:
        return None
    if name in ("price", "wide_price"):
        return decimal.Decimal(value.text if isinstance(value, Real) else str(value))
    if name in ("at", "zoned", "epoch"):
        assert value.endswith("Z"), value
        return datetime.datetime.fromisoformat(value[:-1])
    if name == "clock":
        return datetime.time.fromisoformat(value)
    if name == "single":
        return struct.unpack("f", struct.pack("f", float(value)))[0]
    return value


class FeedTest(LaminarTestCase):
    def test_the_id_of_a_message_may_be_nested(self):
        messages = ['{"header": {"id": "a", "ids": [7, 8]}, "header.id": "no", "n": 1}', '{"header": {"id": 12}, "n": 2}', '{"n": 3}']
        for path, ids in (("$.header.id", ["a", "12", "feed-3"]), ("header.id", ["a", "12", "feed-3"]),
                          ('$."header.id"', ["no", "feed-2", "feed-3"]), ("$.header.ids[1]", ["8", "feed-2", "feed-3"])):
            with self.subTest(path), FeedServer(messages) as server:
                laminar = self.run_script(f"""
                    CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', message_id_field = '{path}');
                    CREATE TABLE events (n INT) WITH (connector = 'feed');
                    WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
                    SELECT message_id FROM events ORDER BY n;
                    DROP CONNECTION feed CASCADE;""")
                self.assertEqual([row["message_id"] for row in laminar.rows], ids)

    def test_every_field_of_every_message(self):
        seed = random.SystemRandom().randrange(2**32)
        messages, expected, bad = make_feed(seed)
        with FeedServer(messages) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (
                    endpoint = '{server.url("/feed")}', mode = 'client', format = 'json', error_buffer_size = 20000);
                CREATE TABLE events ({COLUMNS}) WITH (connector = 'feed');
                CREATE TABLE errors (error_type TEXT, error_message TEXT, failed_message TEXT)
                    WITH (connector = 'feed', stream = 'errors');
                WAIT FOR events COUNT {len(expected)} TIMEOUT INTERVAL '100 seconds';
                WAIT FOR errors COUNT {bad} TIMEOUT INTERVAL '100 seconds';
                SELECT * FROM events ORDER BY seq;
                SELECT messages_received, messages_failed FROM system.websocket_connections;
                SELECT COUNT(*) AS errors, COUNT(error_type) AS types, COUNT(error_message) AS messages,
                       COUNT(failed_message) AS kept FROM errors;
                DROP CONNECTION feed CASCADE;
            """)
        rows = laminar.rows
        self.assertEqual(len(rows), len(expected) + 2)
        for printed, computed in zip(rows, expected):
            for name, value in computed.items():
                self.assertEqual(shown(name, printed[name]), value, f"seed {seed}, seq {computed['seq']}, column {name}")
            self.assertEqual(set(printed), set(computed))
        self.assertEqual(rows[-2], {"messages_received": MESSAGES, "messages_failed": bad})
        self.assertEqual(rows[-1], {"errors": bad, "types": bad, "messages": bad,
                                    "kept": bad - messages.count("")})

    def test_arrays_and_lines_of_objects_are_rows(self):
        messages = ['[{"n": 1}, {"n": 2}]', '{"n": 3}\n{"n": 4}\n', "[]", '{"n": 5}']
        with FeedServer(messages) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE numbers (n INTEGER) WITH (connector = 'feed');
                WAIT FOR numbers COUNT 5 TIMEOUT INTERVAL '100 seconds';
                SELECT n FROM numbers ORDER BY n;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, [{"n": n} for n in range(1, 6)])

    def test_coerce_takes_what_try_cast_takes(self):
        with FeedServer(['{"n": "12", "t": 5, "b": "yes", "d": "1.5"}', '{"n": 1.6, "t": true}']) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE loose (n INTEGER, t TEXT, b BOOLEAN, d DOUBLE) WITH (connector = 'feed', coerce = true);
                WAIT FOR loose COUNT 2 TIMEOUT INTERVAL '100 seconds';
                SELECT n, t, b, d FROM loose ORDER BY n DESC;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, [{"n": 12, "t": "5", "b": True, "d": 1.5},
                                        {"n": 2, "t": "true", "b": None, "d": None}])

    def test_text_and_binary_formats(self):
        texts = ["plain", "Grüße 😀", '{"json": "stays text"}', ""]
        with FeedServer(texts) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'text');
                CREATE TABLE lines (message TEXT, received_at TIMESTAMP DEFAULT NOW()) WITH (connector = 'feed');
                WAIT FOR lines COUNT {len(texts)} TIMEOUT INTERVAL '100 seconds';
                SELECT message, received_at > NOW() - INTERVAL '1 hour' AS recent, message_size FROM lines ORDER BY received_at;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(sorted((row["message"], row["recent"], row["message_size"]) for row in laminar.rows),
                         sorted((text, True, len(text.encode())) for text in texts))
        blobs = [b"", bytes(range(256)), b"\xff\xfe\x00"]
        with FeedServer(blobs) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'binary');
                CREATE TABLE blobs (data BYTEA, size INT) WITH (connector = 'feed');
                WAIT FOR blobs COUNT {len(blobs)} TIMEOUT INTERVAL '100 seconds';
                SELECT data, size FROM blobs ORDER BY size;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual([(base64.b64decode(row["data"]), row["size"]) for row in laminar.rows],
                         sorted(((blob, len(blob)) for blob in blobs), key=lambda pair: pair[1]))

    def test_the_connection_can_be_queried_without_a_table(self):
        """Columns and types follow from their use; rows are what arrives from then on."""
        messages = [json.dumps({"symbol": symbol, "price": price, "n": n})
                    for n, (symbol, price) in enumerate([("A", 1.5), ("B", 2), ("A", 4.25), ("C", 1)])]
        with FeedServer(messages) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE PIPELINE doubled AS SELECT symbol, price * 2 AS twice FROM feed WHERE symbol IN ('A', 'B');
                WAIT FOR doubled COUNT 3 TIMEOUT INTERVAL '100 seconds';
            """)
            laminar.stdout.wait_for(lambda line: "8.5" in line, "third row")
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0)
        self.assertEqual(laminar.rows, [{"_stream": "doubled", "symbol": "A", "twice": 3.0},
                                        {"_stream": "doubled", "symbol": "B", "twice": 4.0},
                                        {"_stream": "doubled", "symbol": "A", "twice": 8.5}])


if __name__ == "__main__":
    unittest.main()
