-- Binance WebSocket API: requests and responses as over HTTP, told apart by ids; some of them signed.
-- https://developers.binance.com/docs/binance-spot-api-docs/websocket-api
--
-- Run it with: laminar run sql_examples/feeds/binance_api.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION binance_api TO websocket (
    mode = 'client',
    endpoint = 'wss://ws-api.binance.com:443/ws-api/v3',
    format = 'json',
    handshake = [
        MAP {'send': JSON_OBJECT('id': 'status', 'method': 'account.status', 'params': JSON_OBJECT(
            'apiKey': SECRET('binance_key'),
            'signature': HMAC_SHA256(
                SECRET('binance_secret'), 'apiKey=' || SECRET('binance_key') || '&timestamp=' || EPOCH_MS(NOW())
            ),
            'timestamp': EPOCH_MS(NOW())
        ))},
        MAP {'expect': MAP {'$.id': 'status', '$.status': 200}, 'refuse': MAP {'$.error': EXISTS}}
    ],
    -- What is asked again and again.
    ping_message = JSON_OBJECT('id': 'book-' || NEXT_ID(), 'method': 'ticker.book', 'params': JSON_OBJECT('symbol': 'BTCUSDT')),
    heartbeat_interval_s = 10,
    -- Who asks for more is banned for some time.
    send_rate = 5
);

-- What rows ask: INSERT INTO requests VALUES ('my-1', 'trades.recent', '{"symbol": "BTCUSDT", "limit": 1}').
CREATE TABLE requests (id TEXT NOT NULL, method TEXT NOT NULL, params JSON) WITH (connector = 'binance_api', mode = 'sink');

CREATE TABLE responses (
    id TEXT NOT NULL,
    status INTEGER NOT NULL,
    result JSON,
    error TEXT WITH (json_path = '$.error.msg')
) WITH (connector = 'binance_api', accept = MAP {'$.id': EXISTS});

CREATE TABLE books (
    id TEXT NOT NULL,
    symbol TEXT NOT NULL WITH (json_path = '$.result.symbol'),
    bid DECIMAL(38, 10) WITH (json_path = '$.result.bidPrice'),
    ask DECIMAL(38, 10) WITH (json_path = '$.result.askPrice')
) WITH (connector = 'binance_api', accept = MAP {'$.id': STARTS_WITH('book-'), '$.status': 200}, coerce = true);

CREATE PIPELINE spreads AS SELECT received_at, symbol, ask - bid AS spread FROM books;
