"""The page of laminar serve in Debian's Chromium (tests/integration/page/), with a feed on loopback.

With LAMINAR_SCREENSHOTS=DIRECTORY in the environment, EveryViewTest leaves pictures of all views there."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import unittest
import urllib.error
import urllib.request

from laminar_process import PROJECT, Laminar, LaminarTestCase, Output, run
from websocket_peer import Server

# Rows that pass while the memory of the tab is watched, and what it may grow by: noise, not a share of them.
MEMORY_ROWS = int(os.environ.get("LAMINAR_PAGE_ROWS", "30000"))
MEMORY_BYTES = 4 << 20


def page_tools():
    """Where scripts/setup puts them."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    return pathlib.Path(cache, "laminar", "page-tools", "node_modules")


SCRIPT = """
    CREATE CONNECTION exchange TO websocket (mode = 'client', endpoint = '{endpoint}', format = 'json', dlq_enabled = true, reconnect_interval_ms = 50, max_reconnect_interval_ms = 100);
    CREATE TABLE trades (symbol TEXT, price DOUBLE, at TIMESTAMP) WITH (connector = 'exchange');
    CREATE TABLE names (symbol TEXT PRIMARY KEY, name TEXT);
    INSERT INTO names VALUES ('BTC', 'Bitcoin');
    CREATE VIEW dear AS SELECT symbol, price, at FROM trades WHERE price > 100;
    CREATE PIPELINE large AS SELECT symbol, price FROM dear;
    CREATE PIPELINE totals AS SELECT symbol, COUNT(*) AS trades FROM trades GROUP BY symbol;
"""


def trade(symbol, price):
    return json.dumps({"symbol": symbol, "price": price, "at": datetime.datetime.now(datetime.timezone.utc).isoformat()})


class Exchange(Server):
    """Sends a trade of each of two symbols to who comes, and what the test wants."""

    async def serve_client(self, client):
        for symbol, price in (("BTC", 50.5), ("ETH", 120)):
            await client.send(trade(symbol, price))
        await super().serve_client(client)

    def send(self, text):
        async def send_to_all():
            for client in list(self._clients):
                await client.send(text)

        self.loop.call(send_to_all())


class PageTestCase(LaminarTestCase):
    def serve(self, script, *arguments, port=0, folder=None):
        self.folder = folder or self.temporary_folder()
        (self.folder / "page.sql").write_text(script)
        self.laminar = Laminar("serve", "page.sql", "--postgres", "127.0.0.1:0", "--http", f"127.0.0.1:{port}", *arguments, cwd=self.folder)
        self.addCleanup(self.laminar.__exit__)
        line = self.laminar.stderr.wait_for(lambda line: "http: listening on" in line, "port of the page")
        self.port = int(re.search(r"listening on http://\S+:(\d+)/", line).group(1))
        self.base = f"http://127.0.0.1:{self.port}"

    def go_through(self, scenario, answers=None, **options):
        """A scenario of page/scenarios.js; answers: what is done when it asks for it, by name."""
        run = pathlib.Path(__file__).with_name("page") / "run.js"
        process = subprocess.Popen(["node", run, page_tools(), self.base, scenario, json.dumps(options)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said, complaints = Output(process.stdout), Output(process.stderr)
        try:
            for number in range(1000):
                line = said.wait_for_line(number)
                event = json.loads(line)
                if "ask" not in event:
                    self.assertNotIn("failed", event, event.get("failed"))
                    return event["done"]
                answers[event["ask"]](event)
                process.stdin.write(b"{}\n")
                process.stdin.flush()
        finally:
            process.stdin.close()
            process.kill()
            process.wait()
            said.join()
            complaints.join()


class ExchangeTest(PageTestCase):
    def setUp(self):
        self.exchange = Exchange()
        self.addCleanup(lambda: self.exchange.stop())
        self.serve(SCRIPT.format(endpoint=self.exchange.url()))
        self.exchange.wait_for_clients(1)

    def send(self, event):
        self.exchange.send(trade(event["symbol"], event["price"]))

    def test_a_live_row_arrives(self):
        self.go_through("live_row", {"send": self.send})

    def test_a_dropped_connection_shows(self):
        def come_back(_):
            self.exchange = Exchange(port=self.exchange.port)

        self.go_through("dropped_connection", {"drop": lambda _: self.exchange.stop(), "return": come_back})

    def test_a_chart_moves(self):
        self.go_through("chart", {"send": self.send})

    def test_the_editor(self):
        self.go_through("editor")

    def test_the_graph(self):
        self.go_through("graph")

    def test_a_dead_letter_has_its_payload(self):
        self.go_through("dead_letter", {"send_text": lambda event: self.exchange.send(event["text"])})

    def test_what_the_modules_compute(self):
        self.go_through("modules")

    def test_keys(self):
        self.go_through("keys")

    def test_every_view_in_light_and_dark_wide_and_narrow(self):
        self.exchange.send("{")
        self.go_through("every_view", pictures=os.environ.get("LAMINAR_SCREENSHOTS"))

    def test_a_server_that_goes_away_is_waited_for(self):
        def start(_):
            self.serve(SCRIPT.format(endpoint=self.exchange.url()), port=self.port, folder=self.folder)

        self.go_through("away", {"end_server": lambda _: self.laminar.__exit__(), "start_server": start})


class MemoryTest(PageTestCase):
    def test_the_tab_does_not_grow(self):
        self.serve("CREATE CONNECTION ticker TO generator (rows_per_second = 10000);"
                   "CREATE TABLE ticks (counter BIGINT, timestamp TIMESTAMP) WITH (connector = 'ticker', retention_rows = 1000);")
        grown = self.go_through("memory", rows=MEMORY_ROWS)
        self.assertLess(grown["rows"], MEMORY_BYTES)
        self.assertLess(grown["chart"], MEMORY_BYTES)


class TokenTest(PageTestCase):
    def test_who_has_no_token_is_asked_for_it(self):
        folder = self.temporary_folder()
        token = "a-token-that-nobody-guesses"
        made = run("hash-password", "--token", "alice", stdin=token + "\n")
        (folder / "users").write_text(made.stdout.lines[0] + "\n")
        self.serve("CREATE TABLE names (symbol TEXT);", "--users", "users", folder=folder)
        self.go_through("token", token=token)


class AssetTest(PageTestCase):
    def get(self, path, **headers):
        return urllib.request.urlopen(urllib.request.Request(self.base + path, headers=headers))

    def test_the_page_is_served_strictly(self):
        self.serve("CREATE TABLE names (symbol TEXT);")
        with self.get("/") as page:
            text = page.read().decode()
            policy = page.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("require-trusted-types-for 'script'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(page.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(page.headers["Content-Type"], "text/html; charset=utf-8")
        # Whatever it names is there, with its type, and is asked for again only when it is another.
        for path in re.findall(r'(?:src|href)="(/[^"]+)"', text):
            with self.get(path) as asset:
                self.assertTrue(asset.read(), path)
                tag = asset.headers["ETag"]
            with self.assertRaises(urllib.error.HTTPError) as answer:
                self.get(path, **{"If-None-Match": tag})
            self.assertEqual(answer.exception.code, 304, path)
            answer.exception.close()
        # All of the tree is in the program, as it is.
        files = [file for file in (PROJECT / "server/page").rglob("*") if file.suffix in (".html", ".css", ".js", ".svg")]
        self.assertGreater(len(files), 20)
        for file in files:
            with self.get("/" + str(file.relative_to(PROJECT / "server/page"))) as asset:
                self.assertEqual(asset.read(), file.read_bytes(), file)
        with self.get("/uplot/LICENSE") as licence:
            self.assertIn("Copyright", licence.read().decode())
        with self.assertRaises(urllib.error.HTTPError) as answer:
            self.get("/script/../main.cpp")
        self.assertEqual(answer.exception.code, 404)
        answer.exception.close()


if __name__ == "__main__":
    unittest.main()
