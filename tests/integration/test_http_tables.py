"""POST /api/v1/tables/NAME: rows into tables; and the description of all routes."""

import json
import unittest

from http_serving import HttpTestCase

TABLES = """
    CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT, price DECIMAL(10,2) DEFAULT 5, tags TEXT[], place STRUCT(x DOUBLE, y DOUBLE), at TIMESTAMP);
"""


class TablesTest(HttpTestCase):
    def post(self, served, table, body, **headers):
        status, _, answer = served.request("POST", f"/api/v1/tables/{table}", body, **headers)
        return status, json.loads(answer)

    def test_one_object_an_array_and_lines(self):
        served = self.serve(TABLES)
        one = {"id": 1, "name": "it's", "tags": ["a", "b"], "place": {"x": 1, "y": 2.5}, "at": "2026-11-30T17:00:00Z"}
        self.assertEqual(self.post(served, "items", json.dumps(one)), (200, {"accepted": 1}))
        self.assertEqual(self.post(served, "Items", json.dumps([{"id": 2}, {"id": 3, "price": 1.25}])), (200, {"accepted": 2}))
        self.assertEqual(self.post(served, "items", '{"id": 4, "price": 2}\n\n{"id": 5}\n'), (200, {"accepted": 2}))
        self.assertEqual(self.post(served, "items", "[]"), (200, {"accepted": 0}))
        self.assertEqual(self.post(served, "items", ""), (200, {"accepted": 0}))
        self.assertEqual(served.rows("SELECT * FROM items ORDER BY id"),
                         [[1, "it's", 5.0, ["a", "b"], {"x": 1.0, "y": 2.5}, "2026-11-30T17:00:00"], [2, None, None, None, None, None],
                          [3, None, 1.25, None, None, None], [4, None, 2.0, None, None, None], [5, None, None, None, None, None]])

    def test_all_rows_or_none(self):
        served = self.serve(TABLES)
        status, answer = self.post(served, "items", '[{"id": 1}, {"id": "x"}]')
        self.assertEqual((status, answer["error"]["sql_state"]), (400, "22P02"))
        status, answer = self.post(served, "items", '[{"id": 1}, {"id": 1}]')
        self.assertEqual((status, answer["error"]["sql_state"]), (400, "23505"))
        self.assertNotIn("line", answer["error"])
        self.assertEqual(served.rows("SELECT count(*) FROM items"), [[0]])

    def test_what_is_no_row(self):
        served = self.serve(TABLES)
        for body, message in (("1", "a row is an object"), ('[1]', "a row is an object"), ("[[]]", "a row is an object"), ('{"id": 1}[]', "a row is an object"),
                              ('[{"id": 1}] {}', "something follows the array"), ('{"id": 1', "no JSON"), ("\xff", "no JSON"),
                              ('{"id": 1, "other": 1}', 'table "items" has no column named "other"'), ("{}", "the rows have no fields"),
                              ('[{"id": 1}, {"ID": 2}]', 'fields "ID" and "id" are both for column "id"'),
                              ('[{"id": 1}, {"id": 2, "at": "noon"}]', 'row 2: field "at": expected TIMESTAMP, found string "noon"'),
                              ('{"tags": ' + "[" * 600 + "]" * 600 + "}", "row 1: the message is nested deeper")):
            status, answer = self.post(served, "items", body.encode("latin-1"))
            self.assertEqual(status, 400, body)
            self.assertIn(message, answer["error"]["message"])
        status, answer = self.post(served, "nothing", "{}")
        self.assertEqual((status, answer["error"]["message"]), (404, 'no table is named "nothing"'))
        self.assertEqual(self.post(served, "", "{}")[0], 404)
        self.assertEqual(served.rows("SELECT count(*) FROM items"), [[0]])

    def test_values_are_exact(self):
        served = self.serve("""
            CREATE TABLE exact (id INT, i BIGINT, d DECIMAL(18,8), t TIMESTAMP, b BLOB, h HUGEINT, s STRUCT(d DECIMAL(18,8), b BLOB), l DECIMAL(18,8)[],
                                m MAP(TEXT, DECIMAL(18,8)), e ENUM('x', 'y'), j JSON, z TIMETZ);
        """)
        # As texts: Python's numbers have no such digits.
        first = '[{"id": 1, "d": 1234567890.12345678, "b": "AP8="}, {"id": 2, "i": 2.5, "t": "2024-02-29T10:00:00+02:00", "e": "y", "z": "12:34:56+01:30"}]'
        self.assertEqual(self.post(served, "exact", first), (200, {"accepted": 2}))
        fourth = """{"id": 4, "d": 9999999999.99999999, "h": 170141183460469231731687303715884105727, "j": {"a": 1234567890.123456789012},
                     "s": {"d": 1234567890.12345678, "b": "AP8="}, "l": [9999999999.99999999], "m": {"k": 1234567890.12345678}}"""
        self.assertEqual(self.post(served, "exact", '{"id": 3, "i": "9007199254740993", "t": 1709200800000}' + fourth), (200, {"accepted": 2}))
        self.assertEqual(served.rows("SELECT id, d::TEXT, i, t, b FROM exact WHERE id < 4 ORDER BY id"),
                         [[1, "1234567890.12345678", None, None, "AP8="], [2, None, 3, "2024-02-29T08:00:00", None],
                          [3, None, "9007199254740993", "2024-02-29T10:00:00", None]])
        self.assertEqual(served.rows("SELECT octet_length(b) FROM exact WHERE id = 1"), [[2]])
        self.assertEqual(served.rows("SELECT e, z FROM exact WHERE id = 2"), [["y", "12:34:56+01:30"]])
        self.assertEqual(served.rows("SELECT d::TEXT, h, s.d::TEXT, s.b, l[1]::TEXT, m['k']::TEXT, j::TEXT FROM exact WHERE id = 4"),
                         [["9999999999.99999999", "170141183460469231731687303715884105727", "1234567890.12345678", "AP8=", "9999999999.99999999",
                           "1234567890.12345678", '{"a": 1234567890.123456789012}']])
        # What a query answers with goes back in.
        answer = served.query("SELECT * EXCLUDE (j) FROM exact WHERE id = 4")
        again = {column["name"]: value for column, value in zip(answer["columns"], answer["rows"][0]) if value is not None}
        self.assertEqual(self.post(served, "exact", json.dumps(again)), (200, {"accepted": 1}))
        self.assertEqual(served.rows("SELECT count(*) FROM (SELECT DISTINCT id, d, h, s, l, m FROM exact WHERE id = 4)"), [[1]])
        for body, message in (('{"b": "A"}', 'row 1: field "b": expected BLOB, found string "A"'), ('{"d": 10000000000}', "out of range for DECIMAL(18,8)"),
                              ('{"i": "x"}', 'field "i": expected BIGINT'), ('{"e": "z"}', '"z"')):
            status, answer = self.post(served, "exact", body)
            self.assertEqual((status, answer["error"]["sql_state"][:2]), (400, "22"), (body, answer))
            self.assertIn(message, answer["error"]["message"])

    def test_fields_go_to_columns_as_those_of_messages(self):
        served = self.serve('CREATE TABLE cases ("a" INT, "A" INT, id INT, "b.c" INT, n INT NOT NULL DEFAULT 7); CREATE TABLE noted (n INT NOT NULL);')
        self.assertEqual(self.post(served, "cases", '{"A": 2, "a": 1, "ID": 3, "b.c": 4}'), (200, {"accepted": 1}))
        self.assertEqual(served.rows("SELECT * FROM cases"), [[1, 2, 3, 4, 7]])
        status, answer = self.post(served, "cases", '{"b": {"c": 4}}')
        self.assertEqual((status, answer["error"]["message"]), (400, 'table "cases" has no column named "b"'))
        status, answer = self.post(served, "noted", '[{"n": 1}, {"n": null}]')
        self.assertEqual((status, answer["error"]["sql_state"]), (400, "23502"))
        self.assertEqual(served.rows("SELECT count(*) FROM noted"), [[0]])

    def test_rows_for_connections(self):
        out = self.temporary_folder() / "out.ndjson"
        served = self.serve(f"""
            CREATE CONNECTION outlet TO file (path = '{out}', mode = 'sink');
            CREATE TABLE sent (id INT, d DECIMAL(18,8), b BLOB, e ENUM('x', 'y')) WITH (connector = 'outlet');
            CREATE TABLE any_columns WITH (connector = 'outlet');
            CREATE CONNECTION gen TO generator (rows_per_second = 1);
            CREATE TABLE ticks (counter BIGINT) WITH (connector = 'gen');
        """)
        self.assertEqual(self.post(served, "sent", '[{"id": 1, "d": 1234567890.12345678, "b": "AP8="}, {"id": "2", "e": "y"}]'), (200, {"accepted": 2}))
        lines = ['{"id":1,"d":1234567890.12345678,"b":"AP8=","e":null}', '{"id":2,"d":null,"b":null,"e":"y"}']
        self.assertEqual(out.read_text().splitlines(), lines)
        status, answer = self.post(served, "sent", '[{"id": 3}, {"e": "z"}]')
        self.assertEqual((status, answer["error"]["sql_state"][:2]), (400, "22"))
        self.assertEqual(out.read_text().splitlines(), lines)
        for table, message in (("ticks", "cannot be written to"), ("any_columns", 'has no column named "counter"')):
            status, answer = self.post(served, table, '{"counter": 1}')
            self.assertEqual(status, 400)
            self.assertIn(message, answer["error"]["message"])

    def test_names_and_values_stay_what_they_are(self):
        served = self.serve('CREATE TABLE "odd ""table" ("a""b" TEXT, "select" BIGINT);')
        body = json.dumps({'a"b': "'); DROP TABLE x; --", "select": 9007199254740993})
        self.assertEqual(self.post(served, "odd%20%22table", body), (200, {"accepted": 1}))
        self.assertEqual(served.rows('SELECT * FROM "odd ""table"'), [["'); DROP TABLE x; --", "9007199254740993"]])


class DescriptionTest(HttpTestCase):
    def test_every_route_is_described_and_there(self):
        served = self.serve()
        status, document = served.get("/api/v1/openapi.json")
        self.assertEqual((status, document["openapi"]), (200, "3.1.0"))
        for path, methods in document["paths"].items():
            for method in ("get", "post", "put", "delete"):
                status, headers, _ = served.request(method.upper(), path.replace("{name}", "nothing"))
                if method in methods:
                    self.assertNotEqual(status, 405, path)
                else:
                    self.assertEqual((status, headers["Allow"]), (405, ", ".join(methods).upper()), path)

    def test_answers_have_the_members_that_are_described(self):
        served = self.serve("CREATE TABLE items (id BIGINT);")
        schemas = served.get("/api/v1/openapi.json")[1]["components"]["schemas"]
        for name, answer in (("Catalog", served.get("/api/v1/catalog")[1]), ("Result", served.query("SELECT 1 AS one")), ("Readiness", served.get("/readyz")[1]),
                             ("Result", served.query("INSERT INTO items VALUES (1)")), ("Error", json.loads(served.send_sql("SELECT x")[2]))):
            self.assertLessEqual(set(schemas[name]["required"]), set(answer))
            self.assertLessEqual(set(answer), set(schemas[name]["properties"]))
        self.assertLessEqual(set(served.error("SELECT x")[1]), set(schemas["Problem"]["properties"]))


if __name__ == "__main__":
    unittest.main()
