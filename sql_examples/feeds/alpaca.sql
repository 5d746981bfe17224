-- Alpaca, market data of stocks: arrays of events of several kinds, [{"T": "t", ...}, {"T": "q", ...}].
-- https://docs.alpaca.markets/docs/streaming-market-data
--
-- Run it with: laminar run sql_examples/feeds/alpaca.sql --secrets-dir DIR (files alpaca_key and alpaca_secret in it)
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION alpaca TO websocket (
    mode = 'client',
    endpoint = 'wss://stream.data.alpaca.markets/v2/iex',
    format = 'json',
    headers = MAP {
        'APCA-API-KEY-ID': '${secret:alpaca_key}',
        'APCA-API-SECRET-KEY': '${secret:alpaca_secret}'
    },
    subscribe_message = JSON_OBJECT('action': 'subscribe', 'trades': ['AAPL'], 'quotes': ['AAPL'])
);

-- "T" is the kind and "t" the time: names of fields are told apart by their case.
CREATE TABLE trades (
    symbol TEXT NOT NULL WITH (json_path = '$.S'),
    trade_id BIGINT NOT NULL WITH (json_path = '$.i'),
    price DECIMAL(38, 10) NOT NULL WITH (json_path = '$.p'),
    size BIGINT NOT NULL WITH (json_path = '$.s'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.t'),
    conditions TEXT[] WITH (json_path = '$.c'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'alpaca', accept = MAP {'$.T': 't'});

CREATE TABLE quotes (
    symbol TEXT NOT NULL WITH (json_path = '$.S'),
    bid DECIMAL(38, 10) WITH (json_path = '$.bp'),
    ask DECIMAL(38, 10) WITH (json_path = '$.ap'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.t')
) WITH (connector = 'alpaca', accept = MAP {'$.T': 'q'});

CREATE TABLE answers (
    kind TEXT WITH (json_path = '$.T'),
    code INTEGER,
    msg TEXT
) WITH (connector = 'alpaca', accept = MAP {'$.T': ['success', 'error', 'subscription']});

CREATE PIPELINE volumes AS
SELECT symbol, TUMBLE(at, INTERVAL '1 minute') AS minute, SUM(size) AS volume, COUNT(*) AS trades
FROM trades
GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');
