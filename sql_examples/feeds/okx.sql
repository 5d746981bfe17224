-- OKX, V5 public: {"arg": {"channel": ..., "instId": ...}, "data": [...]}, and answers with the same "arg".
-- https://www.okx.com/docs-v5/en/#public-data-websocket
--
-- Run it with: laminar run sql_examples/feeds/okx.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION okx TO websocket (
    mode = 'client',
    endpoint = 'wss://ws.okx.com:8443/ws/v5/public',
    format = 'json',
    subscribe_message = JSON_OBJECT('op': 'subscribe', 'args': [
        JSON_OBJECT('channel': 'trades', 'instId': 'BTC-USDT'),
        JSON_OBJECT('channel': 'tickers', 'instId': 'BTC-USDT')
    ]),
    -- Texts, no JSON; without them silence of 30 seconds ends the connection.
    ping_message = 'ping',
    pong_message = 'pong',
    heartbeat_interval_s = 20
);

CREATE TABLE trades (
    instrument TEXT NOT NULL WITH (json_path = '$.instId'),
    trade_id BIGINT NOT NULL WITH (json_path = '$.tradeId'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$.px'),
    size DECIMAL(38, 10) NOT NULL WITH (json_path = '$.sz'),
    side TEXT,
    at TIMESTAMP NOT NULL WITH (json_path = '$.ts', time_unit = 'ms'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (
    connector = 'okx',
    rows = '$.data[*]',
    accept = MAP {'$.arg.channel': 'trades', '$.data': EXISTS},
    coerce = true
);

CREATE TABLE tickers (
    instrument TEXT NOT NULL WITH (json_path = '$.instId'),
    last DECIMAL(38, 10),
    bid DECIMAL(38, 10) WITH (json_path = '$.bidPx'),
    ask DECIMAL(38, 10) WITH (json_path = '$.askPx'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.ts', time_unit = 'ms')
) WITH (
    connector = 'okx',
    rows = '$.data[*]',
    accept = MAP {'$.arg.channel': 'tickers', '$.data': EXISTS},
    coerce = true
);

CREATE TABLE answers (
    event TEXT,
    channel TEXT WITH (json_path = '$.arg.channel'),
    code TEXT,
    msg TEXT
) WITH (connector = 'okx', accept = MAP {'$.event': EXISTS});

CREATE PIPELINE volumes AS
SELECT instrument, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(size) AS volume, COUNT(*) AS trades
FROM trades
GROUP BY instrument, TUMBLE(at, INTERVAL '1 minute');
