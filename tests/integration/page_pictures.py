#!/usr/bin/python3
"""Makes the pictures of the page in docs/images: a feed of trades on loopback, a laminar serve, and a browser.

    LAMINAR=build/release/cli/laminar tests/integration/page_pictures.py docs/images
"""

import asyncio
import datetime
import json
import pathlib
import random
import sys

from test_page import PageTestCase
from websocket_peer import Server, free_port

SCRIPT = """
    CREATE CONNECTION exchange TO websocket (mode = 'client', endpoint = '{trades}', format = 'json', dlq_enabled = true);
    CREATE CONNECTION quote_feed TO websocket (mode = 'client', endpoint = '{quotes}', format = 'json');
    CREATE CONNECTION archive TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{nobody}/trades', format = 'json');
    CREATE CONNECTION dashboards TO websocket (mode = 'server', host = '127.0.0.1', port = {listening}, format = 'json', broadcast = true);
    CREATE TABLE trades (symbol TEXT, price DECIMAL(18, 4), size DOUBLE, side TEXT, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '1 second')
        WITH (connector = 'exchange');
    CREATE TABLE quotes (symbol TEXT, bid DOUBLE, ask DOUBLE, at TIMESTAMP) WITH (connector = 'quote_feed');
    CREATE TABLE archived (symbol TEXT, price DECIMAL(18, 4)) WITH (connector = 'archive');
    CREATE TABLE shown (symbol TEXT, price DECIMAL(18, 4), size DOUBLE) WITH (connector = 'dashboards');
    CREATE TABLE limits (symbol TEXT PRIMARY KEY, least DECIMAL(10, 2));
    INSERT INTO limits VALUES ('BTC-USD', 0.8), ('ETH-USD', 2.5);
    CREATE VIEW large AS SELECT symbol, price, size, at FROM trades WHERE size > 1;
    CREATE PIPELINE alerts AS INSERT INTO shown SELECT symbol, price, size FROM large;
    CREATE PIPELINE candles AS SELECT symbol, TUMBLE(at, INTERVAL '5 seconds') AS since, MIN(price) AS low, MAX(price) AS high, COUNT(*) AS trades
        FROM trades GROUP BY symbol, TUMBLE(at, INTERVAL '5 seconds');
    CREATE PIPELINE archiving AS INSERT INTO archived SELECT symbol, price FROM trades WHERE size > 2;
    CREATE PIPELINE quoted AS SELECT t.symbol, t.price, q.bid, q.ask FROM trades t ASOF JOIN quotes q ON t.symbol = q.symbol AND t.at >= q.at;
"""


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


class Trades(Server):
    """A random walk of three prices, and now and then a message that cannot be used."""

    async def serve_client(self, client):
        prices = {"BTC-USD": 96200.0, "ETH-USD": 3380.0, "SOL-USD": 217.0}
        for number in range(1, 1 << 30):
            symbol = random.choices(list(prices), [5, 3, 2])[0]
            prices[symbol] *= 1 + random.gauss(0, 0.0002)
            price = "n/a" if number % 900 == 0 else round(prices[symbol], 4)
            await client.send(json.dumps({"symbol": symbol, "price": price, "size": round(random.expovariate(2), 4), "side": random.choice(["buy", "sell"]), "at": now()}))
            await asyncio.sleep(random.expovariate(180))


class Quotes(Server):
    async def serve_client(self, client):
        while True:
            await client.send(json.dumps({"symbol": random.choice(["BTC-USD", "ETH-USD", "SOL-USD"]), "bid": 100.0, "ask": 100.5, "at": now()}))
            await asyncio.sleep(random.expovariate(25))


class Pictures(PageTestCase):
    def runTest(self):
        with Trades() as trades, Quotes() as quotes:
            self.serve(SCRIPT.format(trades=trades.url("/trades"), quotes=quotes.url("/quotes"), nobody=free_port(), listening=free_port()))
            self.go_through("pictures", folder=str(pathlib.Path(sys.argv[1]).resolve()))


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).mkdir(exist_ok=True)
    Pictures().debug()
