-- A price feed and its analysis, on this machine alone:
--
--   generator -> pipeline -> WebSocket server -> WebSocket client -> table -> answers
--
-- Run it with: laminar run sql_examples/quickstart.sql

-- An exchange: a WebSocket server that sends every row inserted into its table to every client.
CREATE CONNECTION exchange TO websocket (
    mode = 'server',
    port = 18080,
    path = '/ticks',
    format = 'json',
    broadcast = true
);
CREATE TABLE published (symbol TEXT, price DECIMAL(10, 2), volume INTEGER, sent_at TIMESTAMP)
    WITH (connector = 'exchange');

-- Its client, as it would be with any feed. The rows of the table are what the messages say.
CREATE CONNECTION feed TO websocket (
    mode = 'client',
    endpoint = 'ws://127.0.0.1:18080/ticks',
    format = 'json',
    reconnect_interval_ms = 100
);
CREATE TABLE ticks (symbol TEXT, price DECIMAL(10, 2), volume INTEGER, sent_at TIMESTAMP)
    WITH (connector = 'feed');
WAIT FOR feed TIMEOUT INTERVAL '10 seconds';

-- 6,000 made-up trades, 3,000 a second.
CREATE CONNECTION trades TO generator (rows_per_second = 3000, max_rows = 6000);
CREATE PIPELINE publish AS
INSERT INTO published
SELECT
    CASE counter % 3 WHEN 0 THEN 'AAPL' WHEN 1 THEN 'GOOGL' ELSE 'MSFT' END AS symbol,
    100 + 50 * (counter % 3) + 10 * SIN(counter / 200.0) AS price,
    1 + counter * 7919 % 500 AS volume,
    NOW() AS sent_at
FROM trades;

WAIT FOR ticks COUNT 6000 TIMEOUT INTERVAL '30 seconds';

-- What was traded?
SELECT
    symbol,
    COUNT(*) AS trades,
    MIN(price) AS low,
    MAX(price) AS high,
    ROUND(SUM(price * volume) / SUM(volume), 2) AS average_price,
    SUM(volume) AS volume
FROM ticks
GROUP BY symbol
ORDER BY symbol;

-- Which prices moved the most within 300 trades?
WITH moves AS (
    SELECT symbol, price, price - LAG(price, 300) OVER (PARTITION BY symbol ORDER BY message_id_number) AS move
    FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY received_at, symbol) AS message_id_number FROM ticks)
)
SELECT symbol, MAX(move) AS largest_rise, MIN(move) AS largest_fall
FROM moves
GROUP BY symbol
ORDER BY symbol;

-- How long were the messages under way, through two sockets?
SELECT
    ROUND(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY latency_ms), 3) AS p50_ms,
    ROUND(PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY latency_ms), 3) AS p99_ms,
    SUM(message_size) AS bytes
FROM (SELECT EXTRACT(EPOCH FROM (received_at - sent_at)) * 1000 AS latency_ms, message_size FROM ticks);

DROP CONNECTION trades CASCADE;
DROP CONNECTION feed CASCADE;
DROP CONNECTION exchange CASCADE;
