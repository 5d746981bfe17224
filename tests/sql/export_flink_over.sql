-- args: export --target flink - {file}
-- Window functions in the order of the event time; several OVER become queries around one another.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DECIMAL(18, 4), qty INTEGER, ts TIMESTAMP_MS NOT NULL, WATERMARK FOR ts)
    WITH (connector = 'feed');

CREATE PIPELINE moving AS
SELECT id, AVG(price) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS average,
    price - MIN(price) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS above,
    COUNT(*) FILTER (WHERE qty > 5) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1 minute' PRECEDING AND CURRENT ROW) AS n
FROM trades;
CREATE PIPELINE above AS
SELECT id, ts FROM trades QUALIFY price > AVG(price) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW);
CREATE PIPELINE first_of_each AS
SELECT id, symbol, ts FROM trades QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY ts) = 1;
CREATE PIPELINE of_both AS
SELECT TUMBLE_START(ts, INTERVAL '1 minute') AS m, COUNT(*) AS n
FROM (SELECT ts FROM above UNION ALL SELECT ts FROM first_of_each) GROUP BY m;
