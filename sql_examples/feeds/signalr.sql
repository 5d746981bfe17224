-- SignalR, JSON hub protocol over WebSocket: records that end with the character 1E, several in a message.
-- https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
--
-- Run it with: laminar run sql_examples/feeds/signalr.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION signalr TO websocket (
    mode = 'client',
    -- Without negotiation, which the hub must allow for WebSockets.
    endpoint = 'wss://hub.example.com/prices',
    headers = MAP {'Authorization': 'Bearer ' || SECRET('hub_token')},
    format = 'json',
    record_separator = E'\x1e',
    handshake = [
        MAP {'send': JSON_OBJECT('protocol': 'json', 'version': 1) || E'\x1e'},
        MAP {'expect': MAP {'message': STARTS_WITH('{}')}, 'refuse': MAP {'$.error': EXISTS}}
    ],
    -- A call of a method of the hub, and a stream that it sends.
    subscribe_message = [
        JSON_OBJECT('type': 1, 'invocationId': 'join', 'target': 'Join', 'arguments': ['BTC-USD']) || E'\x1e',
        JSON_OBJECT('type': 4, 'invocationId': 'ticks', 'target': 'Ticks', 'arguments': ['BTC-USD']) || E'\x1e'
    ],
    -- Who says nothing for thirty seconds is disconnected.
    ping_message = JSON_OBJECT('type': 6) || E'\x1e',
    heartbeat_interval_s = 15,
    idle_timeout_s = 30
);

CREATE TABLE prices (
    symbol TEXT NOT NULL WITH (json_path = '$.arguments[0].symbol'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$.arguments[0].price'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.arguments[0].at'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'signalr', accept = MAP {'$.type': 1, '$.target': 'Price'});

CREATE TABLE ticks (
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$.item.price')
) WITH (connector = 'signalr', accept = MAP {'$.type': 2, '$.invocationId': 'ticks'});

-- What calls and streams have ended with; and why the server closes (7), which it does then.
CREATE TABLE endings (
    type INTEGER NOT NULL,
    invocation TEXT WITH (json_path = '$.invocationId'),
    result JSON,
    error TEXT
) WITH (connector = 'signalr', accept = MAP {'$.type': [3, 7]});

CREATE PIPELINE candles AS
SELECT symbol, TUMBLE(at, INTERVAL '1 minute') AS minute, FIRST_VALUE(price) AS open, LAST_VALUE(price) AS close
FROM prices
GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');
