"""HTTP of laminar serve: queries, checks, the catalog, what is alive."""

import csv
import io
import json
import os
import subprocess
import unittest

from http_serving import HttpTestCase
from laminar_process import LIMIT_SECONDS, run
from node_program import node_modules

ITEMS = """
    CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT, price DECIMAL(10,2));
    INSERT INTO items VALUES (1, 'one', 1.50), (2, NULL, 2.00), (3, 'drei äöü', 3.25);
"""

FEED = """
    CREATE CONNECTION feed TO generator (rows_per_second = 100);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
"""


class QueryTest(HttpTestCase):
    def test_a_result_as_json(self):
        served = self.serve(ITEMS)
        status, headers, body = served.send_sql("SELECT id, name, price FROM items ORDER BY id")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(json.loads(body), {
            "columns": [{"name": "id", "type": "BIGINT"}, {"name": "name", "type": "VARCHAR"}, {"name": "price", "type": "DECIMAL(10,2)"}],
            "rows": [[1, "one", 1.5], [2, None, 2.0], [3, "drei äöü", 3.25]], "row_count": 3, "notices": []})
        self.assertEqual(served.query("SELECT id FROM items WHERE false")["rows"], [])

    def test_the_sql_alone_is_a_body_too(self):
        served = self.serve(ITEMS)
        for headers in ({"Content_Type": "text/plain; charset=utf-8"}, {}):
            status, _, body = served.request("POST", "/api/v1/query", "SELECT count(*) AS n FROM items", **headers)
            self.assertEqual((status, json.loads(body)["rows"]), (200, [[3]]))
        status, _, body = served.request("POST", "/api/v1/query", "<a/>", Content_Type="application/xml")
        self.assertEqual((status, json.loads(body)["error"]["message"]), (415, "a body of the type application/xml is not understood"))

    def test_other_formats(self):
        served = self.serve(ITEMS)
        status, headers, body = served.send_sql("SELECT * FROM items ORDER BY id", accept="application/x-ndjson")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/x-ndjson"))
        self.assertEqual([json.loads(line) for line in body.splitlines()],
                         [{"id": 1, "name": "one", "price": 1.5}, {"id": 2, "name": None, "price": 2.0}, {"id": 3, "name": "drei äöü", "price": 3.25}])
        status, headers, body = served.send_sql("""SELECT id, name || ', "' AS name, [id] AS list, id = 1 AS first FROM items ORDER BY id""",
                                                accept="text/html;q=0.9, text/csv")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/csv; charset=utf-8"))
        self.assertEqual(list(csv.reader(io.StringIO(body.decode()))),
                         [["id", "name", "list", "first"], ["1", 'one, "', "[1]", "true"], ["2", "", "[2]", "false"],
                          ["3", 'drei äöü, "', "[3]", "false"]])
        status, _, body = served.send_sql("SELECT 'NaN'::DOUBLE AS a, '-inf'::FLOAT AS b, 'inf'::DOUBLE AS c, NULL AS d, '' AS e", accept="text/csv")
        self.assertEqual(body.decode().splitlines(), ["a,b,c,d,e", 'nan,-inf,inf,,""'])
        status, _, body = served.send_sql("SELECT 1", accept="text/html")
        self.assertEqual(status, 406)
        self.assertEqual(served.send_sql("SELECT 1", accept="text/html, */*;q=0.1")[0], 200)

    def test_values_that_a_double_does_not_hold_are_texts(self):
        served = self.serve()
        self.assertEqual(served.rows("""
            SELECT 9007199254740992::BIGINT, 9007199254740993::BIGINT, -9007199254740993::BIGINT, 5::HUGEINT,
                   170141183460469231731687303715884105727::HUGEINT, 123456789012345.6::DECIMAL(20,1), 1.5::DECIMAL(38,10), 'NaN'::DOUBLE,
                   0.1::DOUBLE, true, NULL"""),
            [[9007199254740992, "9007199254740993", "-9007199254740993", 5, "170141183460469231731687303715884105727", "123456789012345.6",
              1.5, None, 0.1, True, None]])
        self.assertEqual(served.rows("""
            SELECT TIMESTAMP '2026-11-30 17:00:00.123456', TIMESTAMPTZ '2026-11-30 17:00:00+00', DATE '2026-11-30', TIME '01:02:03.5',
                   INTERVAL '1 day 2 hours', '\\xDE\\xAD'::BLOB, {'a': 9007199254740993::BIGINT, 'b': [1, NULL]}, '{"x": [1]}'::JSON,
                   '12345678-1234-1234-1234-123456789abc'::UUID, MAP {'k': 1}"""),
            [["2026-11-30T17:00:00.123456", "2026-11-30T17:00:00Z", "2026-11-30", "01:02:03.5", "1 day 02:00:00", "3q0=",
              {"a": "9007199254740993", "b": [1, None]}, {"x": [1]}, "12345678-1234-1234-1234-123456789abc", {"k": 1}]])

    def test_parameters(self):
        served = self.serve(ITEMS)
        self.assertEqual(served.rows("SELECT id FROM items WHERE name = $2 AND id > $1", -1, "drei äöü"), [[3]])
        self.assertEqual(served.rows("SELECT 1-$1, $2::INTEGER + 1, $3 IS NULL, $4, $5::JSON, $6 AS x", -1, "41", None, True, {"a": [1, {"b": None}]}, 1e300),
                         [[2, 42, True, True, {"a": [1, {"b": None}]}, 1e300]])
        self.assertEqual(served.rows("SELECT '$1', \"id\" /* $2 */ FROM items WHERE id = $1", 1), [["$1", 1]])
        self.assertEqual(served.rows("SELECT $1", "'; DROP TABLE items; --"), [["'; DROP TABLE items; --"]])
        self.assertEqual(served.rows("SELECT $1::TIMESTAMP < $2::TIMESTAMP", "2026-01-01", "2026-01-02T00:00:00"), [[True]])
        self.assertEqual(served.rows("SELECT count(*) FROM items"), [[3]])
        status, error = served.error("SELECT $1, $2", 1)
        self.assertEqual((status, error["message"]), (400, "the statement has 2 parameters, and 1 were given"))
        status, error = served.error("SELECT 1", 1)
        self.assertEqual((status, error["sql_state"]), (400, "08P01"))
        status, error = served.error("SELECT $1::INTEGER", "x")
        self.assertEqual((status, error["sql_state"]), (400, "22P02"))

    def test_parameters_keep_their_digits_and_bytes(self):
        served = self.serve("CREATE TABLE bytes (id INT, b BLOB, l BLOB[]);")
        body = '{"sql": "SELECT $1::HUGEINT, $2, $3::UHUGEINT, $4::HUGEINT, ($5 + 0)::TEXT", "parameters": [170141183460469231731687303715884105727, ' \
               '170141183460469231731687303715884105727, 340282366920938463463374607431768211455, -170141183460469231731687303715884105727, 0.1234567890123456789]}'
        status, _, answer = served.request("POST", "/api/v1/query", body, Content_Type="application/json")
        self.assertEqual((status, json.loads(answer)["rows"]),
                         (200, [["170141183460469231731687303715884105727", "170141183460469231731687303715884105727", "340282366920938463463374607431768211455",
                                 "-170141183460469231731687303715884105727", "0.1234567890123456789"]]))
        self.assertEqual(served.rows("SELECT octet_length($1::BLOB), $2::BLOB[], $3::BIGINT[], $4::TEXT[]", "AP8=", ["AP8=", None], [1, None], ["a\"\\,{", "NULL"]),
                         [[2, ["AP8=", None], [1, None], ["a\"\\,{", "NULL"]]])
        served.query("INSERT INTO bytes VALUES ($1, $2, $3)", 1, "AP8=", ["AA=="])
        served.query("INSERT INTO bytes (b) SELECT $1", "AP8=")
        self.assertEqual(served.rows("SELECT b, octet_length(b), l FROM bytes ORDER BY id"), [["AP8=", 2, ["AA=="]], ["AP8=", 2, None]])
        status, error = served.error("SELECT $1::BLOB", "A")
        self.assertEqual((status, error["sql_state"], error["hint"]), (400, "22P02", "bytes are base64"))

    def test_objects_are_values_of_nested_types(self):
        """Where a cast or the column of an INSERT says the type, nothing goes by way of floating-point numbers."""
        served = self.serve("CREATE TABLE nested (s STRUCT(a HUGEINT, d DECIMAL(38,10)), m MAP(TEXT, DECIMAL(30,10)), l STRUCT(b BLOB, t TIMESTAMP, j JSON)[]);")
        exact = '{"a": 170141183460469231731687303715884105727, "D": 1234567890123456789012345678.0123456789}'
        read = {"a": "170141183460469231731687303715884105727", "d": "1234567890123456789012345678.0123456789"}

        def send(sql, *parameters):
            body = json.dumps({"sql": sql, "parameters": []})[:-2] + ", ".join(parameters) + "]}"
            status, _, answer = served.request("POST", "/api/v1/query", body, Content_Type="application/json")
            return status, json.loads(answer)

        for cast in ("$1::STRUCT(a HUGEINT, d DECIMAL(38,10))", "CAST($1 AS STRUCT(a HUGEINT, d DECIMAL(38,10)))"):
            self.assertEqual(send("SELECT " + cast, exact)[1]["rows"], [[read]])
        self.assertEqual(send("INSERT INTO nested VALUES ($1, $2, $3)", exact, '{"k": 12345678901234567890.0123456789}',
                              '[{"b": "AP8=", "t": "2026-01-02T03:04:05Z", "j": {"x": 1.10}}, null]')[0], 200)
        self.assertEqual(send("INSERT INTO nested (m, s) SELECT $2, $1", "null", "{}")[0], 200)
        self.assertEqual(served.rows("SELECT * FROM nested ORDER BY s"),
                         [[read, {"k": "12345678901234567890.0123456789"}, [{"b": "AP8=", "t": "2026-01-02T03:04:05", "j": {"x": 1.1}}, None]], [None, {}, None]])
        self.assertEqual(send("SELECT $1::STRUCT(\"select\" TEXT)[]", '[{"select": "\'); DROP TABLE nested; --"}]')[1]["rows"], [[[{"select": "'); DROP TABLE nested; --"}]]])
        for wrong in ('{"b": 1}', '{"a": [1]}', "[1]"):
            status, answer = send("SELECT $1::STRUCT(a INTEGER)", wrong)
            self.assertEqual((status, answer["error"]["sql_state"], answer["error"]["hint"]), (400, "22P02", 'it is a STRUCT("a" INTEGER)'), wrong)
        status, answer = send("SELECT $1::STRUCT(a INTEGER)", '{"a": "x"}')
        self.assertEqual((status, answer["error"]["sql_state"], answer["error"]["column"]), (400, "22P02", 8))
        # Where nothing tells it stays JSON.
        self.assertEqual(send("SELECT $1, $2::JSON", '{"a": [1]}', '{"b": 2}')[1]["rows"], [[{"a": [1]}, {"b": 2}]])

    def test_statements_without_rows(self):
        served = self.serve(ITEMS)
        self.assertEqual(served.query("INSERT INTO items VALUES ($1, $2, $3)", 4, "four", 4.5),
                         {"columns": [], "rows": [], "row_count": 0, "tag": "INSERT 1", "notices": []})
        self.assertEqual(served.query("CREATE VIEW dear AS SELECT * FROM items WHERE price > 3")["tag"], "CREATE VIEW")
        self.assertEqual(served.rows("SELECT id FROM dear ORDER BY id"), [[3], [4]])
        self.assertEqual(served.rows("SHOW VIEWS")[0][0], "dear")
        self.assertEqual(served.send_sql("DROP VIEW dear", accept="text/csv")[::2], (200, b""))

    def test_warnings_are_notices(self):
        served = self.serve(FEED)
        notices = served.query("CREATE PIPELINE counts AS SELECT count(*) AS n FROM ticks GROUP BY TUMBLE(INTERVAL '1 second')")["notices"]
        for notice in notices: self.assertIn(notice["severity"], ("warning", "note"))

    def test_errors_have_a_place(self):
        served = self.serve(ITEMS)
        status, error = served.error("SELECT id,\n  ä, nam FROM items")
        self.assertEqual(status, 400)
        self.assertEqual({key: error[key] for key in ("code", "sql_state", "message", "line", "column", "end_column")},
                         {"code": "L208", "sql_state": "42703", "message": 'no column is named "ä"', "line": 2, "column": 3, "end_column": 4})
        status, error = served.error("SELECT $1, $2 FROM item", "a long text that is longer than the statement", 2)
        self.assertEqual((status, error["sql_state"], error["line"], error["column"]), (400, "42P01", 1, 20))
        self.assertEqual(error["hint"], 'did you mean "items"?')
        status, error = served.error("SELEC 1")
        self.assertEqual((status, error["sql_state"], error["line"], error["column"]), (400, "42601", 1, 1))
        status, error = served.error("SELECT CAST(name AS INTEGER) FROM items")
        self.assertEqual((status, error["sql_state"]), (400, "22P02"))
        status, error = served.error("INSERT INTO items VALUES (1, 'again', 0)")
        self.assertEqual((status, error["sql_state"]), (400, "23505"))

    def test_one_statement_a_request(self):
        served = self.serve(ITEMS)
        self.assertEqual(served.error("DELETE_NOTHING; SELECT 1")[0], 400)
        status, error = served.error("SELECT 1; SELECT 2")
        self.assertEqual((status, error["message"]), (400, "a request has one statement"))
        self.assertEqual(served.error("-- nothing\n")[1]["message"], "there is no statement in the text")
        self.assertEqual(served.rows("SELECT 1 ;"), [[1]])
        self.assertIn("/api/v1/subscribe", served.error("SUBSCRIBE TO items")[1]["message"])

    def test_bodies_that_are_no_request(self):
        served = self.serve()
        for body, message in (("{", "no JSON"), ("[]", "the body is an object"), ("1", "the body is an object"), ("{}", 'has no "sql"'),
                              ('{"sql": 1}', '"sql" is a text'), ('{"sql": "SELECT 1", "parameters": {}}', '"parameters" is an array'),
                              ('{"sql": "SELECT 1", "limit": 1}', 'no "limit"'), ('{"sql": "SELECT 1"} x', "no JSON"),
                              ('{"sql": "SELECT $1", "parameters": [' + "[" * 200 + "]" * 200 + "]}", "nested too deeply"),
                              ('{"sql": "\udcff"}'.encode("utf-8", "surrogateescape"), "no JSON")):
            status, _, answer = served.request("POST", "/api/v1/query", body, Content_Type="application/json")
            self.assertEqual(status, 400, body)
            self.assertIn(message, json.loads(answer)["error"]["message"])

    def arrow(self, body):
        """What apache-arrow of Node.js reads from a stream: the columns with their types, and the rows as it writes them in JSON."""
        script = """
            const { tableFromIPC } = require("apache-arrow");
            let parts = [];
            process.stdin.on("data", (part) => parts.push(part)).on("end", () => {
                const table = tableFromIPC(Buffer.concat(parts));
                const plain = (key, value) => typeof value === "bigint" ? String(value) : value instanceof Uint8Array ? Buffer.from(value).toString("hex")
                    : ArrayBuffer.isView(value) ? Array.from(value, String) : value;
                const rows = [];
                for (const row of table) rows.push(JSON.parse(JSON.stringify(Object.values(row.toJSON()), plain)));
                console.log(JSON.stringify({ columns: table.schema.fields.map((field) => [field.name, String(field.type)]), rows, batches: table.batches.length }));
            });
        """
        done = subprocess.run(["node", "-e", script], input=body, capture_output=True, timeout=LIMIT_SECONDS,
                              env={**os.environ, "NODE_PATH": str(node_modules())})
        self.assertEqual(done.stderr, b"")
        return json.loads(done.stdout)

    def test_a_result_as_arrow(self):
        served = self.serve(ITEMS)
        accept = "application/vnd.apache.arrow.stream"
        status, headers, body = served.send_sql("SELECT id, name, price FROM items ORDER BY id", accept=accept)
        self.assertEqual((status, headers["Content-Type"]), (200, accept))
        read = self.arrow(body)
        self.assertEqual(read["columns"], [["id", "Int64"], ["name", "Utf8"], ["price", "Decimal[10e+2]"]])
        self.assertEqual([row[:2] for row in read["rows"]], [["1", "one"], ["2", None], ["3", "drei äöü"]])
        self.assertEqual([row[2] for row in read["rows"]], ['"150"', '"200"', '"325"'])

        values = {"true": ("Bool", True), "(-7)::TINYINT": ("Int8", -7), "65535::USMALLINT": ("Uint16", 65535), "0.5::REAL": ("Float32", 0.5), "1.5::DOUBLE": ("Float64", 1.5),
                  "'\\x00\\xFF'::BLOB": ("Binary", "00ff"), "'123e4567-e89b-12d3-a456-426614174000'::UUID": ("Utf8", "123e4567-e89b-12d3-a456-426614174000"),
                  "170141183460469231731687303715884105727::HUGEINT": ("Utf8", "170141183460469231731687303715884105727"), "DATE '1970-01-02'": ("Date32<DAY>", 86400000),
                  "TIMESTAMP '1970-01-01 00:00:01.5'": ("Timestamp<MICROSECOND>", 1500), "'1970-01-01 00:00:02+00'::TIMESTAMPTZ": ("Timestamp<MICROSECOND, UTC>", 2000),
                  "TIME '00:00:01'": ("Time64<MICROSECOND>", "1000000"), "[1, NULL, 3]::INTEGER[]": ("List<Int32>", [1, None, 3]), "[]::TEXT[]": ("List<Utf8>", []),
                  "{'x': 1::BIGINT, 'y': NULL::TEXT}": ("Struct<{x:Int64, y:Utf8}>", {"x": "1", "y": None}), "NULL::STRUCT(x BIGINT)": ("Struct<{x:Int64}>", None),
                  "MAP {'a': [1, 2]::INTEGER[]}": ("Map<{key:Utf8, value:List<Int32>}>", {"a": [1, 2]})}
        status, _, body = served.send_sql("SELECT " + ", ".join(f"{sql} AS c{number}" for number, sql in enumerate(values)), accept=accept)
        self.assertEqual(status, 200, body)
        read = self.arrow(body)
        for (sql, wanted), (_, kind), value in zip(values.items(), read["columns"], read["rows"][0]):
            with self.subTest(sql): self.assertEqual((kind, value), wanted)

        # In batches, as they are made; and what is nested keeps its place where rows are NULL.
        read = self.arrow(served.send_sql("SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE [i, i + 1] END AS l, CASE WHEN i % 2 = 0 THEN {'s': 'x' || i} END AS s "
                                          "FROM range(5000) AS r(i)", accept=accept)[2])
        self.assertGreater(read["batches"], 1)
        self.assertEqual(read["rows"], [[str(i), None if i % 3 == 0 else [str(i), str(i + 1)], {"s": f"x{i}"} if i % 2 == 0 else None] for i in range(5000)])
        read = self.arrow(served.send_sql("SELECT id FROM items WHERE id > 99", accept=accept)[2])
        self.assertEqual((read["columns"], read["rows"]), ([["id", "Int64"]], []))
        self.assertEqual(served.send_sql("SELECT nothing", accept=accept)[0], 400)

    def test_what_the_client_wants_most(self):
        served = self.serve()
        for accept, wanted in (("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"), ("application/json;q=0, text/csv;q=0.001", "text/csv; charset=utf-8"),
                               ("text/html, */*;q=0.1", "application/json"), ("application/json; q=1.0, text/csv", "application/json")):
            self.assertEqual(served.send_sql("SELECT 1 AS one", accept=accept)[1]["Content-Type"], wanted, accept)
        self.assertEqual(served.send_sql("SELECT 1", accept="application/json;q=0")[0], 406)

    def test_many_rows_are_streamed(self):
        served = self.serve()
        document = served.query("SELECT i, 'row ' || i AS text FROM range(300000) AS r(i)")
        self.assertEqual((document["row_count"], document["rows"][299_999]), (300_000, [299_999, "row 299999"]))
        # A connection goes on after it.
        connection = served.connect()
        for _ in range(3):
            status, headers, body = served.send_sql("SELECT i FROM range(100000) AS r(i)", connection=connection, accept="application/x-ndjson")
            self.assertEqual((status, headers["Transfer-Encoding"], body.count(b"\n")), (200, "chunked", 100_000))
        connection.close()

    def test_an_error_among_the_rows_breaks_the_answer_off(self):
        served = self.serve("", "--max-rows", "50000")
        import http.client
        sql = "SELECT i FROM range(100000) AS r(i)"
        with self.assertRaises(http.client.IncompleteRead) as broken:
            served.send_sql(sql)
        document = json.loads(broken.exception.partial)
        self.assertEqual((document["row_count"], document["error"]["sql_state"]), (50_000, "54000"))
        with self.assertRaises(http.client.IncompleteRead) as broken:
            served.send_sql(sql, accept="application/x-ndjson")
        self.assertIn("more than 50000 rows", json.loads(broken.exception.partial.splitlines()[-1])["error"]["message"])
        self.assertEqual(len(served.rows("SELECT i FROM range(50000) AS r(i)")), 50_000)

    def test_an_old_client_needs_no_chunks(self):
        served = self.serve()
        body = json.dumps({"sql": "SELECT i FROM range(20000) AS r(i)"}).encode()
        answer = served.answer_to(b"POST /api/v1/query HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        head, _, document = answer.partition(b"\r\n\r\n")
        self.assertNotIn(b"Transfer-Encoding", head)
        self.assertEqual(json.loads(document)["row_count"], 20_000)


class CatalogTest(HttpTestCase):
    def test_what_there_is(self):
        served = self.serve(FEED + ITEMS + """
            CREATE VIEW dear AS SELECT id, price FROM items WHERE price > 2;
            CREATE FUNCTION twice(x) AS x * 2;
            CREATE CONNECTION inlet TO websocket (mode = 'server', port = 0, format = 'json');
            CREATE TABLE messages (text TEXT) WITH (connector = 'inlet');
            CREATE CONNECTION out TO blackhole;
            CREATE TABLE everything (counter BIGINT) WITH (connector = 'out');
            CREATE PIPELINE copies AS INSERT INTO everything SELECT counter FROM ticks;
        """)
        status, catalog = served.get("/api/v1/catalog")
        self.assertEqual(status, 200)
        connections = {each["name"]: each for each in catalog["connections"]}
        self.assertEqual((connections["feed"]["connector"], connections["inlet"]["mode"]), ("generator", "server"))
        tables = {each["name"]: each for each in catalog["tables"]}
        self.assertEqual(tables["ticks"], {"name": "ticks", "connection": "feed", "columns": [{"name": "counter", "type": "BIGINT", "nullable": True}]})
        self.assertEqual((tables["items"]["connection"], tables["items"]["columns"][0]), (None, {"name": "id", "type": "BIGINT", "nullable": False}))
        self.assertEqual([(view["name"], [column["name"] for column in view["columns"]]) for view in catalog["views"]], [("dear", ["id", "price"])])
        self.assertEqual([(each["name"], each["reads"], each["writes"]) for each in catalog["pipelines"]], [("copies", ["ticks"], "everything")])
        self.assertIn("system.pipelines", [table["name"] for table in catalog["system_tables"]])
        for name in ("twice", "count", "tumble"): self.assertIn(name, catalog["functions"])
        self.assertRegex(catalog["version"], r"^\d+\.\d+")

    def test_findings_as_check_prints_them(self):
        served = self.serve(ITEMS)
        text = "SELECT nam FROM items;\nCREATE CONNECTION c TO websocket (url = 'ws://example.com/?api_key=abc');\nSELEC 1;"
        status, headers, body = served.request("POST", "/api/v1/check", json.dumps({"sql": text}), Content_Type="application/json")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/x-ndjson"))
        script = self.temporary_folder() / "query"
        script.write_text(text)
        (script.parent / "items.sql").write_text(ITEMS)
        printed = run("check", "--format", "json", "--catalog", "items.sql", "query", cwd=script.parent).stdout.text
        self.assertEqual(body.decode(), printed + "\n")
        self.assertEqual(json.loads(body.splitlines()[0])["code"], "L208")
        self.assertEqual(served.request("POST", "/api/v1/check", "SELECT name FROM items", Content_Type="text/plain")[::2], (200, b""))
        # Nothing of it has been done.
        self.assertEqual(served.rows("SHOW CONNECTIONS"), [])

    def test_a_check_knows_declared_functions(self):
        served = self.serve("CREATE FUNCTION twice(x) AS x * 2;")
        self.assertEqual(served.request("POST", "/api/v1/check", "SELECT twice(21)", Content_Type="text/plain")[::2], (200, b""))


class HealthTest(HttpTestCase):
    def test_alive_and_ready(self):
        served = self.serve(FEED)
        self.assertEqual(served.get("/healthz"), (200, {"status": "alive"}))
        served.query("WAIT FOR ticks COUNT 1")
        self.assertEqual(served.get("/readyz"), (200, {"ready": True, "reasons": []}))

    def test_not_ready_has_reasons(self):
        served = self.serve("""
            CREATE CONNECTION feed TO websocket (url = 'ws://127.0.0.1:1/', mode = 'client', format = 'json');
            CREATE TABLE messages (text TEXT) WITH (connector = 'feed');
        """)
        while True:
            status, answer = served.get("/readyz")
            if "refused" in str(answer["reasons"]): break
        self.assertEqual((status, answer["ready"]), (503, False))
        self.assertRegex(answer["reasons"][0], r"^connection feed: waiting_to_reconnect \(.*refused")

    def test_who_has_not_said_who_it_is_learns_what_is_down_and_no_more(self):
        folder = self.temporary_folder()
        made = run("hash-password", "reader", "--token", "--role", "read", stdin="token-of-the-read-user\n")
        (folder / "users").write_text(made.stdout.text + "\n")
        served = self.serve("""
            CREATE CONNECTION feed TO websocket (url = 'ws://127.0.0.1:1/', mode = 'client', format = 'json');
            CREATE TABLE messages (text TEXT) WITH (connector = 'feed');
        """, "--users", folder / "users")
        while True:
            known = served.get("/readyz", Authorization="Bearer token-of-the-read-user")[1]
            if "refused" in str(known["reasons"]): break
        unknown = served.get("/readyz")[1]["reasons"][0]
        self.assertIn(unknown, ("connection feed: waiting_to_reconnect", "connection feed: connecting"))


if __name__ == "__main__":
    unittest.main()
