-- STOMP 1.2 over WebSocket, as brokers of messages offer it: frames of lines, with a NUL at the end.
-- https://stomp.github.io/stomp-specification-1.2.html
--
-- Run it with: laminar run sql_examples/feeds/stomp.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION stomp TO websocket (
    mode = 'client',
    endpoint = 'wss://broker.example.com/ws',
    format = 'text',
    subprotocols = ['v12.stomp'],
    handshake = [
        MAP {'send': E'CONNECT\naccept-version:1.2\nhost:/\nlogin:laminar\npasscode:' || SECRET('broker_password')
            || E'\nheart-beat:10000,10000\n\n' || DECODE(X'00')},
        MAP {'expect': MAP {'message': STARTS_WITH('CONNECTED')}, 'refuse': MAP {'message': STARTS_WITH('ERROR')}}
    ],
    subscribe_message = E'SUBSCRIBE\nid:trades\ndestination:/topic/trades\nack:auto\n\n' || DECODE(X'00'),
    -- Line feeds are heartbeats, both ways.
    ping_message = E'\n',
    pong_message = E'\n',
    heartbeat_interval_s = 10,
    heartbeat_timeout_s = 20
);

CREATE TABLE trades (
    message TEXT,
    destination TEXT AS (regexp_extract(message, '\ndestination:([^\n]*)', 1)),
    id TEXT AS (regexp_extract(message, '\nmessage-id:([^\n]*)', 1)),
    body JSON AS (CAST(rtrim(substring(message, position(E'\n\n' IN message) + 2), chr(0)) AS JSON)),
    symbol TEXT AS (body ->> '$.symbol'),
    price DECIMAL(38, 10) AS (CAST(body ->> '$.price' AS DECIMAL(38, 10))),
    at TIMESTAMP AS (epoch_ms(CAST(body ->> '$.ts' AS BIGINT))),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'stomp', accept = MAP {'message': STARTS_WITH(E'MESSAGE\n')});

-- After one the broker closes.
CREATE TABLE errors_told (
    message TEXT,
    reason TEXT AS (regexp_extract(message, '\nmessage:([^\n]*)', 1))
) WITH (connector = 'stomp', accept = MAP {'message': STARTS_WITH(E'ERROR\n')});

CREATE PIPELINE candles AS
SELECT symbol, TUMBLE(at, INTERVAL '1 minute') AS minute, MIN(price) AS low, MAX(price) AS high
FROM trades
GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');
