-- Deribit, JSON-RPC: notifications {"method": "subscription", "params": {"channel": ..., "data": ...}}, and answers with an id.
-- https://docs.deribit.com/#subscriptions
--
-- Run it with: laminar run sql_examples/feeds/deribit.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION deribit TO websocket (
    mode = 'client',
    endpoint = 'wss://www.deribit.com/ws/api/v2',
    format = 'json',
    subscribe_message = JSON_OBJECT('jsonrpc': '2.0', 'id': 1, 'method': 'public/subscribe', 'params': JSON_OBJECT(
        'channels': ['trades.BTC-PERPETUAL.100ms', 'ticker.BTC-PERPETUAL.100ms']
    )),
    subscribe_confirm = MAP {'$.id': '1'}
);

CREATE TABLE trades (
    instrument TEXT NOT NULL WITH (json_path = '$.instrument_name'),
    trade_seq BIGINT NOT NULL,
    timestamp TIMESTAMP NOT NULL WITH (time_unit = 'ms'),
    price DECIMAL(38, 10) NOT NULL,
    amount DECIMAL(38, 10) NOT NULL,
    direction TEXT,
    WATERMARK FOR timestamp AS timestamp - INTERVAL '1 second'
) WITH (connector = 'deribit', rows = '$.params.data[*]', accept = MAP {'$.params.channel': STARTS_WITH('trades.')});

CREATE TABLE tickers (
    instrument TEXT NOT NULL WITH (json_path = '$.params.data.instrument_name'),
    mark_price DECIMAL(38, 10) WITH (json_path = '$.params.data.mark_price'),
    best_bid_price DECIMAL(38, 10) WITH (json_path = '$.params.data.best_bid_price'),
    best_ask_price DECIMAL(38, 10) WITH (json_path = '$.params.data.best_ask_price'),
    timestamp TIMESTAMP NOT NULL WITH (json_path = '$.params.data.timestamp', time_unit = 'ms')
) WITH (connector = 'deribit', accept = MAP {'$.params.channel': STARTS_WITH('ticker.')});

CREATE PIPELINE volumes AS
SELECT instrument, direction, TUMBLE(timestamp, INTERVAL '1 minute') AS minute, SUM(amount) AS volume
FROM trades
GROUP BY instrument, direction, TUMBLE(timestamp, INTERVAL '1 minute');
