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
                              ('{"id": 1, "other": 1}', 'table "items" has no column named "other"'), ("{}", "the rows have no fields"), ('{"ID": 1}', 'table "items" has no column named "ID"'), ('{"a": ' + "[" * 200 + "]" * 200 + "}", "a row is an object")):
            status, answer = self.post(served, "items", body.encode("latin-1"))
            self.assertEqual(status, 400, body)
            self.assertIn(message, answer["error"]["message"])
        status, answer = self.post(served, "nothing", "{}")
        self.assertEqual((status, answer["error"]["message"]), (404, 'no table is named "nothing"'))
        self.assertEqual(self.post(served, "", "{}")[0], 404)
        self.assertEqual(served.rows("SELECT count(*) FROM items"), [[0]])

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
