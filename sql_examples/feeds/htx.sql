-- HTX (Huobi), spot market data: every message is compressed with gzip, and the server asks with numbers whether anybody is there.
-- https://www.htx.com/en-us/opend/newApiPages/?id=7ec4a4da-7773-11ed-9966-0242ac110003
--
-- Run it with: laminar run sql_examples/feeds/htx.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION htx TO websocket (
    mode = 'client',
    endpoint = 'wss://api.huobi.pro/ws',
    format = 'json',
    compression = 'gzip',
    subscribe_message = [
        JSON_OBJECT('sub': 'market.btcusdt.trade.detail', 'id': CAST(NEXT_ID() AS VARCHAR)),
        JSON_OBJECT('sub': 'market.btcusdt.bbo', 'id': CAST(NEXT_ID() AS VARCHAR))
    ],
    -- Two of them without an answer, and the server closes.
    replies = MAP {'when': MAP {'$.ping': EXISTS}, 'send': JSON_OBJECT('pong': RECEIVED('$.ping'))}
);

CREATE TABLE trades (
    at TIMESTAMP NOT NULL WITH (json_path = '$.ts', time_unit = 'ms'),
    channel TEXT NOT NULL WITH (message_path = '$.ch'),
    symbol TEXT AS (split_part(channel, '.', 2)),
    trade_id BIGINT NOT NULL WITH (json_path = '$.tradeId'),
    price DECIMAL(38, 10) NOT NULL,
    amount DECIMAL(38, 10) NOT NULL,
    direction TEXT,
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'htx', rows = '$.tick.data[*]', accept = MAP {'$.ch': 'market.btcusdt.trade.detail'});

CREATE TABLE quotes (
    symbol TEXT NOT NULL WITH (json_path = '$.tick.symbol'),
    bid DECIMAL(38, 10) WITH (json_path = '$.tick.bid'),
    ask DECIMAL(38, 10) WITH (json_path = '$.tick.ask'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.ts', time_unit = 'ms')
) WITH (connector = 'htx', accept = MAP {'$.ch': 'market.btcusdt.bbo'}, coerce = true);

CREATE TABLE answers (
    id TEXT,
    status TEXT NOT NULL,
    subbed TEXT,
    error TEXT WITH (json_path = '$.err-msg')
) WITH (connector = 'htx', accept = MAP {'$.status': EXISTS});

CREATE PIPELINE volumes AS
SELECT symbol, direction, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(amount) AS volume
FROM trades
GROUP BY symbol, direction, TUMBLE(at, INTERVAL '1 minute');
