-- Kraken, WebSocket API 2: {"channel": ..., "type": ..., "data": [...]}, with numbers that are numbers.
-- https://docs.kraken.com/api/docs/websocket-v2/trade
--
-- Run it with: laminar run sql_examples/feeds/kraken_v2.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION kraken TO websocket (
    mode = 'client',
    endpoint = 'wss://ws.kraken.com/v2',
    format = 'json',
    subscribe_message = [
        JSON_OBJECT('method': 'subscribe', 'params': JSON_OBJECT('channel': 'trade', 'symbol': ['BTC/USD', 'ETH/USD'])),
        JSON_OBJECT('method': 'subscribe', 'params': JSON_OBJECT('channel': 'ticker', 'symbol': ['BTC/USD', 'ETH/USD']))
    ]
);

-- DECIMAL keeps the digits of a number as they were written, which DOUBLE does not.
CREATE TABLE trades (
    symbol TEXT NOT NULL,
    side TEXT,
    price DECIMAL(38, 10) NOT NULL,
    qty DECIMAL(38, 10) NOT NULL,
    ord_type TEXT,
    trade_id BIGINT NOT NULL,
    timestamp TIMESTAMP NOT NULL,
    WATERMARK FOR timestamp AS timestamp - INTERVAL '1 second'
) WITH (connector = 'kraken', rows = '$.data[*]', accept = MAP {'$.channel': 'trade'});

CREATE TABLE tickers (
    symbol TEXT NOT NULL,
    bid DECIMAL(38, 10),
    ask DECIMAL(38, 10),
    last DECIMAL(38, 10)
) WITH (connector = 'kraken', rows = '$.data[*]', accept = MAP {'$.channel': 'ticker'});

CREATE TABLE answers (
    method TEXT,
    success BOOLEAN,
    error TEXT
) WITH (connector = 'kraken', accept = MAP {'$.method': EXISTS});

CREATE PIPELINE candles AS
SELECT symbol, TUMBLE(timestamp, INTERVAL '1 minute') AS minute, MIN(price) AS low, MAX(price) AS high, SUM(qty) AS volume
FROM trades
GROUP BY symbol, TUMBLE(timestamp, INTERVAL '1 minute');
