-- args: export --target flink --pipeline averages - {file}
-- One pipeline with what it reads; the others stay with Laminar.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DOUBLE, ts TIMESTAMP_MS NOT NULL, WATERMARK FOR ts) WITH (connector = 'feed');
CREATE CONNECTION clock TO generator (max_rows = 3);
CREATE PIPELINE large AS SELECT * FROM trades WHERE price > 100;
CREATE PIPELINE averages AS SELECT symbol, MAX(price) AS most FROM large GROUP BY symbol, TUMBLE(ts, INTERVAL '1 minute');
CREATE PIPELINE ticks AS SELECT counter FROM clock;
