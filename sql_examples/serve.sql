-- A catalog to look into while it runs: a feed over a WebSocket on this machine, and pipelines over it.
--
-- Run it with: scripts/demo --serve, or
--   laminar serve sql_examples/serve.sql --postgres 127.0.0.1:5433 --http 127.0.0.1:8433

-- An exchange: a WebSocket server that sends every row inserted into its table to every client.
CREATE CONNECTION exchange TO websocket (
    mode = 'server',
    port = 18081,
    path = '/ticks',
    format = 'json',
    broadcast = true
);
CREATE TABLE published (symbol TEXT, price DECIMAL(10, 2), volume INTEGER, sent_at TIMESTAMP)
    WITH (connector = 'exchange');

-- Its client, as it would be with any feed.
CREATE CONNECTION feed TO websocket (
    mode = 'client',
    endpoint = 'ws://127.0.0.1:18081/ticks',
    format = 'json',
    reconnect_interval_ms = 100
);
CREATE TABLE ticks (symbol TEXT, price DECIMAL(10, 2), volume INTEGER, sent_at TIMESTAMP)
    WITH (connector = 'feed', event_time_field = 'sent_at', retention = INTERVAL '10 minutes');

-- 500 made-up trades a second, without an end.
CREATE CONNECTION trades TO generator (rows_per_second = 500);
CREATE PIPELINE publish AS
INSERT INTO published
SELECT
    CASE counter % 3 WHEN 0 THEN 'AAPL' WHEN 1 THEN 'GOOGL' ELSE 'MSFT' END AS symbol,
    100 + 50 * (counter % 3) + 10 * SIN(counter / 2000.0) AS price,
    1 + counter * 7919 % 500 AS volume,
    NOW() AS sent_at
FROM trades;

-- What was traded in each second: for who subscribes to it.
CREATE PIPELINE per_second AS
SELECT
    symbol,
    TUMBLE_END(sent_at, INTERVAL '1 second') AS until,
    COUNT(*) AS trades,
    ROUND(AVG(price), 2) AS average_price,
    SUM(volume) AS volume
FROM ticks
GROUP BY symbol, TUMBLE(sent_at, INTERVAL '1 second');

-- The large ones, kept.
CREATE TABLE large (symbol TEXT, price DECIMAL(10, 2), volume INTEGER, sent_at TIMESTAMP);
CREATE PIPELINE keep_large AS
INSERT INTO large
SELECT symbol, price, volume, sent_at FROM ticks WHERE volume > 495;
