-- Client mode: stock market data.
--
-- Run it with: laminar run --secrets-dir sql_examples/secrets sql_examples/stock_prices.sql

-- A stand-in for the exchange, so that this example needs nobody else.
CREATE CONNECTION exchange TO websocket (
    mode = 'server', port = 18181, path = '/stocks', format = 'json', broadcast = true);
CREATE TABLE exchange_out (symbol TEXT, price DOUBLE, volume INTEGER, timestamp TIMESTAMP) WITH (connector = 'exchange');

CREATE CONNECTION stock_stream TO websocket (
    endpoint = 'ws://127.0.0.1:18181/stocks',
    mode = 'client',
    format = 'json',
    headers = MAP {
        'X-API-Key': '${secret:api_key}'
    },
    reconnect = true,
    heartbeat_interval_s = 10   -- Without an answer to its ping within heartbeat_timeout_s the connection is made anew.
);
CREATE TABLE stocks (
    symbol TEXT, price DOUBLE, volume INTEGER, timestamp TIMESTAMP,
    WATERMARK FOR timestamp AS timestamp - INTERVAL '1 second'      -- So much later may a price come than others.
) WITH (connector = 'stock_stream');

-- The moving average of the last 100 prices of each symbol, made anew with each price, in the order of their times.
CREATE TABLE averages (symbol TEXT, price DOUBLE, volume INTEGER, moving_avg_100 DOUBLE, timestamp TIMESTAMP);
CREATE PIPELINE stock_processor AS
INSERT INTO averages
SELECT
    symbol,
    price,
    volume,
    AVG(price) OVER (
        PARTITION BY symbol
        ORDER BY timestamp
        ROWS BETWEEN 99 PRECEDING AND CURRENT ROW
    ) AS moving_avg_100,
    timestamp
FROM stocks
WHERE symbol IN ('AAPL', 'GOOGL', 'MSFT');

-- A thousand prices, one a second of their time.
WAIT FOR stock_stream TIMEOUT INTERVAL '30 seconds';
CREATE CONNECTION ticks TO generator (max_rows = 1000);
CREATE PIPELINE publish AS
INSERT INTO exchange_out
SELECT
    CASE counter % 4 WHEN 0 THEN 'AAPL' WHEN 1 THEN 'GOOGL' WHEN 2 THEN 'MSFT' ELSE 'TSLA' END,
    100 + counter / 4,
    10,
    TIMESTAMP '2026-01-02 09:00:00' + counter * INTERVAL '1 second'
FROM ticks;
WAIT FOR publish COUNT 1000 TIMEOUT INTERVAL '60 seconds';

-- A later price, of whatever symbol, tells that no earlier one is to come: the last averages are made.
INSERT INTO exchange_out VALUES ('TSLA', 0, 0, TIMESTAMP '2026-01-02 09:20:00');
WAIT FOR averages COUNT 750 TIMEOUT INTERVAL '60 seconds';

SELECT symbol, COUNT(*) AS prices, ROUND(ARG_MAX(moving_avg_100, timestamp), 3) AS latest_average, MAX(price) AS highest
FROM averages
GROUP BY symbol
ORDER BY symbol;

DROP CONNECTION ticks CASCADE;
DROP CONNECTION stock_stream CASCADE;
DROP CONNECTION exchange CASCADE;
