-- graphql-transport-ws, the protocol of GraphQL subscriptions over WebSocket: init, acknowledgement, subscribe, next.
-- https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
--
-- Run it with: laminar run sql_examples/feeds/graphql.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION graphql TO websocket (
    mode = 'client',
    endpoint = 'wss://graphql.example.com/graphql',
    format = 'json',
    subprotocols = 'graphql-transport-ws',
    handshake = [
        MAP {'send': JSON_OBJECT('type': 'connection_init', 'payload': JSON_OBJECT('token': SECRET('graphql_token')))},
        MAP {'expect': MAP {'$.type': 'connection_ack'}}
    ],
    subscribe_message = [
        JSON_OBJECT('id': 'trades', 'type': 'subscribe', 'payload': JSON_OBJECT(
            'query': 'subscription Trades($symbol: String!) { trades(symbol: $symbol) { id symbol price size at } }',
            'variables': JSON_OBJECT('symbol': 'BTC-USD')
        )),
        JSON_OBJECT('id': 'status', 'type': 'subscribe', 'payload': JSON_OBJECT('query': 'subscription { status }'))
    ],
    -- Either side may ask whether the other is there.
    replies = MAP {'when': MAP {'$.type': 'ping'}, 'send': JSON_OBJECT('type': 'pong')},
    ping_message = JSON_OBJECT('type': 'ping'),
    pong_message = JSON_OBJECT('type': 'pong'),
    heartbeat_interval_s = 20,
    -- What was said is wrong, or who says it: it would be again.
    give_up_close_codes = [4400, 4401, 4403, 4409]
);

CREATE TABLE trades (
    id BIGINT NOT NULL WITH (json_path = '$.payload.data.trades.id'),
    symbol TEXT NOT NULL WITH (json_path = '$.payload.data.trades.symbol'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$.payload.data.trades.price'),
    size DECIMAL(38, 10) NOT NULL WITH (json_path = '$.payload.data.trades.size'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.payload.data.trades.at'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'graphql', accept = MAP {'$.type': 'next', '$.id': 'trades'});

CREATE TABLE status (
    status TEXT WITH (json_path = '$.payload.data.status')
) WITH (connector = 'graphql', accept = MAP {'$.type': 'next', '$.id': 'status'});

-- What a subscription has ended with.
CREATE TABLE endings (
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    errors JSON WITH (json_path = '$.payload')
) WITH (connector = 'graphql', accept = MAP {'$.type': ['error', 'complete']});

CREATE PIPELINE volumes AS
SELECT symbol, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(size) AS volume
FROM trades
GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');
