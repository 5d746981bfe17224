-- Message filtering: tell the server what is wanted, and take only that.
--
-- Run it with: laminar run sql_examples/message_filtering.sql

-- A server that hears subscriptions and answers each client with what it asked for.
CREATE CONNECTION feed_server TO websocket (mode = 'server', port = 18143, format = 'json');
CREATE TABLE subscriptions (client_id TEXT, action TEXT, channels TEXT[], symbols TEXT[]) WITH (connector = 'feed_server');

-- A row with a client_id goes to that client alone.
CREATE TABLE answers (client_id TEXT, channel TEXT, symbol TEXT, price DOUBLE) WITH (connector = 'feed_server');
CREATE PIPELINE answer AS
INSERT INTO answers
SELECT client_id, 'trades', symbol, 100.0 + LENGTH(symbol)
FROM (SELECT client_id, UNNEST(symbols) AS symbol FROM subscriptions WHERE action = 'subscribe');

-- Connection with subscription. The message is sent on every connect, also after a reconnect.
CREATE CONNECTION ws_filtered TO websocket (
    endpoint = 'ws://127.0.0.1:18143/',
    mode = 'client',
    format = 'json',
    subscribe_message = JSON_OBJECT(
        'action': 'subscribe',
        'channels': ['trades', 'orders'],
        'symbols': ['BTC', 'ETH', 'DOGE']
    )
);
CREATE TABLE trades (channel TEXT, symbol TEXT, price DOUBLE) WITH (connector = 'ws_filtered');
WAIT FOR trades COUNT 3 TIMEOUT INTERVAL '30 seconds';

SELECT action, channels, symbols FROM subscriptions;

-- What still comes too much, a WHERE leaves out.
SELECT symbol, price FROM trades WHERE symbol IN ('BTC', 'ETH') ORDER BY symbol;

DROP CONNECTION ws_filtered CASCADE;
DROP CONNECTION feed_server CASCADE;
