-- Kraken, WebSocket API 1: data come as arrays, [channel, data, name, pair], and what the server says of itself as objects.
-- https://docs.kraken.com/api/docs/websocket-v1/trade
--
-- Run it with: laminar run sql_examples/feeds/kraken_v1.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION kraken TO websocket (
    mode = 'client',
    endpoint = 'wss://ws.kraken.com',
    format = 'json',
    subscribe_message = [
        JSON_OBJECT('event': 'subscribe', 'pair': ['XBT/USD', 'ETH/USD'], 'subscription': JSON_OBJECT('name': 'trade')),
        JSON_OBJECT('event': 'subscribe', 'pair': ['XBT/USD', 'ETH/USD'], 'subscription': JSON_OBJECT('name': 'ticker'))
    ]
);

-- [0, [["5541.2", "0.158", "1534614057.321597", "s", "l", ""], ...], "trade", "XBT/USD"]: each trade of the list is a row.
CREATE TABLE trades (
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$[0]'),
    volume DECIMAL(38, 10) NOT NULL WITH (json_path = '$[1]'),
    at TIMESTAMP NOT NULL WITH (json_path = '$[2]', time_unit = 's'),
    side TEXT WITH (json_path = '$[3]'),
    pair TEXT NOT NULL WITH (message_path = '$[3]'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'kraken', rows = '$[1][*]', accept = MAP {'$[2]': 'trade'}, coerce = true);

-- [0, {"a": ["5525.4", 1, "1.0"], "b": [...], ...}, "ticker", "XBT/USD"]: the object is the row.
CREATE TABLE tickers (
    ask DECIMAL(38, 10) WITH (json_path = '$.a[0]'),
    bid DECIMAL(38, 10) WITH (json_path = '$.b[0]'),
    pair TEXT NOT NULL WITH (message_path = '$[3]')
) WITH (connector = 'kraken', rows = '$[1]', accept = MAP {'$[2]': 'ticker'}, coerce = true);

CREATE TABLE answers (
    event TEXT,
    status TEXT,
    "errorMessage" TEXT
) WITH (connector = 'kraken', accept = MAP {'$.event': ['systemStatus', 'subscriptionStatus']});

CREATE PIPELINE volumes AS
SELECT pair, side, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(volume) AS volume, COUNT(*) AS trades
FROM trades
GROUP BY pair, side, TUMBLE(at, INTERVAL '1 minute');
