-- Binance, combined streams: several kinds of events on one connection, each wrapped as {"stream": ..., "data": {...}}.
-- https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
--
-- Run it with: laminar run sql_examples/feeds/binance.sql
-- Test it with: laminar test sql_examples/feeds

CREATE CONNECTION binance TO websocket (
    mode = 'client',
    endpoint = 'wss://stream.binance.com:9443/stream?streams=btcusdt@trade/btcusdt@bookTicker/ethusdt@trade/ethusdt@bookTicker',
    format = 'json'
);

-- Prices are numbers in strings: coerce makes numbers of them, exactly.
CREATE TABLE trades (
    symbol TEXT NOT NULL WITH (json_path = '$.data.s'),
    trade_id BIGINT NOT NULL WITH (json_path = '$.data.t'),
    price DECIMAL(38, 8) NOT NULL WITH (json_path = '$.data.p'),
    quantity DECIMAL(38, 8) NOT NULL WITH (json_path = '$.data.q'),
    at TIMESTAMP NOT NULL WITH (json_path = '$.data.T'),
    buyer_is_maker BOOLEAN WITH (json_path = '$.data.m'),
    WATERMARK FOR at AS at - INTERVAL '1 second'
) WITH (connector = 'binance', accept = MAP {'$.data.e': 'trade'}, coerce = true);

-- Of this kind no field tells the name, but no other has the size of the best bid.
CREATE TABLE best_prices (
    symbol TEXT NOT NULL WITH (json_path = '$.data.s'),
    bid DECIMAL(38, 8) WITH (json_path = '$.data.b'),
    ask DECIMAL(38, 8) WITH (json_path = '$.data.a')
) WITH (connector = 'binance', accept = MAP {'$.data.B': EXISTS}, coerce = true);

CREATE PIPELINE candles AS
SELECT symbol, TUMBLE(at, INTERVAL '1 minute') AS minute, MIN(price) AS low, MAX(price) AS high, SUM(quantity) AS volume
FROM trades
GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');

CREATE PIPELINE spreads AS
SELECT symbol, ask - bid AS spread FROM best_prices;
