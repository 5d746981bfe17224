-- Socket.IO 4 (Engine.IO 4): texts that begin with digits, 42["event", ...] for an event, 2 and 3 for heartbeats.
-- https://socket.io/docs/v4/socket-io-protocol
--
-- Run it with: laminar run sql_examples/feeds/socketio.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION socketio TO websocket (
    mode = 'client',
    endpoint = 'wss://live.example.com/socket.io/?EIO=4&transport=websocket',
    format = 'text',
    handshake = [
        MAP {'expect': MAP {'message': STARTS_WITH('0{')}},
        MAP {'send': '40' || JSON_OBJECT('token': SECRET('live_token'))},
        MAP {'expect': MAP {'message': STARTS_WITH('40{')}, 'refuse': MAP {'message': STARTS_WITH('44')}}
    ],
    subscribe_message = '42' || JSON_ARRAY('subscribe', 'BTC-USD'),
    replies = MAP {'when': MAP {'message': '2'}, 'send': '3'},
    -- The server asks every 25 seconds.
    idle_timeout_s = 60
);

CREATE TABLE trades (
    message TEXT,
    event JSON AS (CAST(substring(message, 3) AS JSON)),
    symbol TEXT AS (event ->> '$[1].symbol'),
    price DECIMAL(38, 10) AS (CAST(event ->> '$[1].price' AS DECIMAL(38, 10))),
    at TIMESTAMP AS (epoch_ms(CAST(event ->> '$[1].ts' AS BIGINT))),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'socketio', accept = MAP {'message': STARTS_WITH('42["trade",')});

CREATE TABLE notices (
    message TEXT,
    notice TEXT AS (CAST(substring(message, 3) AS JSON) ->> '$[1]')
) WITH (connector = 'socketio', accept = MAP {'message': STARTS_WITH('42["notice",')});

CREATE PIPELINE candles AS
SELECT symbol, TUMBLE(at, INTERVAL '1 minute') AS minute, MIN(price) AS low, MAX(price) AS high, COUNT(*) AS trades
FROM trades
GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');
