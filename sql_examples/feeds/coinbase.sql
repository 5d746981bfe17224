-- Coinbase, Advanced Trade: events with lists of rows in them, {"channel": ..., "events": [{"type": ..., "tickers": [...]}]}.
-- https://docs.cdp.coinbase.com/advanced-trade/docs/ws-overview
--
-- Run it with: laminar run sql_examples/feeds/coinbase.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION coinbase TO websocket (
    mode = 'client',
    endpoint = 'wss://advanced-trade-ws.coinbase.com',
    format = 'json',
    -- Without heartbeats the server closes channels on which nothing happens.
    subscribe_message = [
        JSON_OBJECT('type': 'subscribe', 'channel': 'heartbeats'),
        JSON_OBJECT('type': 'subscribe', 'channel': 'market_trades', 'product_ids': ['BTC-USD', 'ETH-USD']),
        JSON_OBJECT('type': 'subscribe', 'channel': 'level2', 'product_ids': ['BTC-USD'])
    ]
);

-- A snapshot of trades comes first, the latest of them at its beginning.
CREATE TABLE trades (
    trade_id BIGINT NOT NULL,
    product_id TEXT NOT NULL,
    price DECIMAL(38, 10) NOT NULL,
    size DECIMAL(38, 10) NOT NULL WITH (json_path = '$.size'),
    side TEXT,
    time TIMESTAMP NOT NULL,
    sequence_num BIGINT WITH (message_path = '$.sequence_num'),
    WATERMARK FOR time AS time - INTERVAL '10 seconds'
) WITH (
    connector = 'coinbase',
    rows = '$.events[*].trades[*]',
    accept = MAP {'$.channel': 'market_trades'},
    coerce = true
);

-- The product stands beside the list of its levels, so that the event is the row.
CREATE TABLE book_changes (
    type TEXT,
    product_id TEXT NOT NULL,
    updates STRUCT(side TEXT, event_time TIMESTAMP, price_level DECIMAL(38, 10), new_quantity DECIMAL(38, 10))[]
) WITH (connector = 'coinbase', rows = '$.events[*]', accept = MAP {'$.channel': 'l2_data'}, coerce = true);

CREATE TABLE subscriptions (subscriptions JSON)
WITH (connector = 'coinbase', rows = '$.events[*]', accept = MAP {'$.channel': 'subscriptions'});

CREATE PIPELINE volumes AS
SELECT product_id, side, TUMBLE(time, INTERVAL '1 minute') AS minute, SUM(size) AS volume, COUNT(*) AS trades
FROM trades
GROUP BY product_id, side, TUMBLE(time, INTERVAL '1 minute');

CREATE PIPELINE levels AS
SELECT product_id, level.side AS side, level.price_level AS price, level.new_quantity AS quantity
FROM (SELECT product_id, UNNEST(updates) AS level FROM book_changes);
