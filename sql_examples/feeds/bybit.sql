-- Bybit, V5 public: topics with the symbol in them, {"topic": "publicTrade.BTCUSDT", "data": [...]}.
-- https://bybit-exchange.github.io/docs/v5/websocket/public/trade
--
-- Run it with: laminar run sql_examples/feeds/bybit.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION bybit TO websocket (
    mode = 'client',
    endpoint = 'wss://stream.bybit.com/v5/public/linear',
    format = 'json',
    subscribe_message = JSON_OBJECT(
        'op': 'subscribe', 'args': ['publicTrade.BTCUSDT', 'publicTrade.ETHUSDT', 'tickers.BTCUSDT']
    ),
    -- Who says nothing for some time is disconnected.
    ping_message = JSON_OBJECT('op': 'ping'),
    pong_message = JSON_OBJECT('op': 'ping', 'ret_msg': 'pong'),
    heartbeat_interval_s = 20
);

CREATE TABLE trades (
    at TIMESTAMP NOT NULL WITH (json_path = '$.T', time_unit = 'ms'),
    symbol TEXT NOT NULL WITH (json_path = '$.s'),
    side TEXT WITH (json_path = '$.S'),
    size DECIMAL(38, 10) NOT NULL WITH (json_path = '$.v'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$.p'),
    trade_id TEXT NOT NULL WITH (json_path = '$.i'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (
    connector = 'bybit',
    rows = '$.data[*]',
    accept = MAP {'$.topic': STARTS_WITH('publicTrade.')},
    coerce = true
);

-- After a snapshot only what has changed.
CREATE TABLE ticker_changes (
    type TEXT,
    symbol TEXT NOT NULL WITH (json_path = '$.data.symbol'),
    last_price DECIMAL(38, 10) WITH (json_path = '$.data.lastPrice'),
    funding_rate DECIMAL(38, 10) WITH (json_path = '$.data.fundingRate'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.ts', time_unit = 'ms')
) WITH (connector = 'bybit', accept = MAP {'$.topic': STARTS_WITH('tickers.')}, coerce = true);

CREATE TABLE answers (
    op TEXT,
    success BOOLEAN,
    ret_msg TEXT
) WITH (connector = 'bybit', accept = MAP {'$.op': EXISTS});

CREATE PIPELINE volumes AS
SELECT symbol, side, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(size) AS volume
FROM trades
GROUP BY symbol, side, TUMBLE(at, INTERVAL '1 minute');
