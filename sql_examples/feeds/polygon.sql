-- Polygon, stocks: arrays of events of several kinds, [{"ev": "T", ...}, {"ev": "Q", ...}].
-- https://polygon.io/docs/websocket/stocks/trades
--
-- Run it with: laminar run sql_examples/feeds/polygon.sql --secrets-dir DIR (a file polygon_key in it)
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION polygon TO websocket (
    mode = 'client',
    endpoint = 'wss://socket.polygon.io/stocks',
    format = 'json',
    subscribe_message = [
        JSON_OBJECT('action': 'auth', 'params': '${secret:polygon_key}'),
        JSON_OBJECT('action': 'subscribe', 'params': 'T.MSFT,Q.MSFT')
    ]
);

-- Each object of an array is a row of the table that its "ev" is for.
CREATE TABLE trades (
    symbol TEXT NOT NULL WITH (json_path = '$.sym'),
    trade_id TEXT NOT NULL WITH (json_path = '$.i'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$.p'),
    size BIGINT NOT NULL WITH (json_path = '$.s'),
    conditions BIGINT[] WITH (json_path = '$.c'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.t', time_unit = 'ms'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'polygon', accept = MAP {'$.ev': 'T'});

CREATE TABLE quotes (
    symbol TEXT NOT NULL WITH (json_path = '$.sym'),
    bid DECIMAL(38, 10) WITH (json_path = '$.bp'),
    ask DECIMAL(38, 10) WITH (json_path = '$.ap'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.t', time_unit = 'ms')
) WITH (connector = 'polygon', accept = MAP {'$.ev': 'Q'});

CREATE TABLE answers (
    status TEXT,
    text TEXT WITH (json_path = '$.message')
) WITH (connector = 'polygon', accept = MAP {'$.ev': 'status'});

CREATE PIPELINE volumes AS
SELECT symbol, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(size) AS volume, COUNT(*) AS trades
FROM trades
GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');
