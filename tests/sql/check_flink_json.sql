-- args: check --target flink --format json --deny-warnings {file}
-- Findings of a target come in the forms of all findings.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DOUBLE, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
CREATE TABLE averages (symbol TEXT, average DOUBLE);
CREATE PIPELINE average AS INSERT INTO averages SELECT symbol, AVG(price) FROM trades GROUP BY symbol, TUMBLE(ts, INTERVAL '1 minute');
CREATE PIPELINE other AS INSERT INTO averages SELECT symbol, bit_count(id) FROM trades;
