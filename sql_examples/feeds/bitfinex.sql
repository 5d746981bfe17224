-- Bitfinex, API 2: arrays whose first element is the number of a channel, [17470, "te", [id, time, amount, price]]; what the
-- server says of itself are objects.
-- https://docs.bitfinex.com/reference/ws-public-trades
--
-- Run it with: laminar run sql_examples/feeds/bitfinex.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION bitfinex TO websocket (
    mode = 'client',
    endpoint = 'wss://api-pub.bitfinex.com/ws/2',
    format = 'json',
    subscribe_message = JSON_OBJECT('event': 'subscribe', 'channel': 'trades', 'symbol': 'tBTCUSD')
);

-- Each trade comes twice, as "te" at once and as "tu" with all its particulars.
CREATE TABLE trades (
    channel BIGINT NOT NULL WITH (message_path = '$[0]'),
    trade_id BIGINT NOT NULL WITH (json_path = '$[0]'),
    at TIMESTAMP NOT NULL WITH (json_path = '$[1]', time_unit = 'ms'),
    amount DECIMAL(38, 10) NOT NULL WITH (json_path = '$[2]'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$[3]'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'bitfinex', rows = '$[2]', accept = MAP {'$[1]': 'tu'});

-- The latest trades, once, when the channel is subscribed.
CREATE TABLE snapshot (
    channel BIGINT NOT NULL WITH (message_path = '$[0]'),
    trade_id BIGINT NOT NULL WITH (json_path = '$[0]'),
    at TIMESTAMP NOT NULL WITH (json_path = '$[1]', time_unit = 'ms'),
    amount DECIMAL(38, 10) NOT NULL WITH (json_path = '$[2]'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$[3]')
) WITH (connector = 'bitfinex', rows = '$[1][*]', accept = MAP {'$[1][0]': EXISTS});

CREATE TABLE channels (
    channel TEXT,
    "chanId" BIGINT,
    symbol TEXT
) WITH (connector = 'bitfinex', accept = MAP {'$.event': 'subscribed'});

CREATE PIPELINE volumes AS
SELECT channel, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(ABS(amount)) AS volume, COUNT(*) AS trades
FROM trades
GROUP BY channel, TUMBLE(at, INTERVAL '1 minute');
