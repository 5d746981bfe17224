-- args: export --target flink - {file}
-- Joins that the event times of both sides bound, and ASOF JOIN as a join with versions.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DECIMAL(18, 4), ts TIMESTAMP_MS NOT NULL, WATERMARK FOR ts AS ts - INTERVAL '2 seconds')
    WITH (connector = 'feed', accept = MAP {'$.type': 'trade'});
CREATE TABLE quotes (qid BIGINT, symbol TEXT, bid DOUBLE, qts TIMESTAMP_MS NOT NULL, WATERMARK FOR qts AS qts - INTERVAL '1 second')
    WITH (connector = 'feed', accept = MAP {'$.type': 'quote'}, watermark_idle_ms = 5000);

CREATE PIPELINE pairs AS
SELECT t.id, q.qid, t.price - q.bid AS spread, t.ts FROM trades t JOIN quotes q
    ON t.symbol = q.symbol AND q.qts BETWEEN t.ts - INTERVAL '1 second' AND t.ts + INTERVAL '250 milliseconds' WHERE q.bid > 0;
CREATE PIPELINE kept AS
SELECT t.id, q.qid FROM trades t LEFT JOIN quotes q ON t.symbol = q.symbol AND q.qts BETWEEN t.ts - INTERVAL '1 second' AND t.ts;
CREATE PIPELINE latest AS
SELECT t.id, q.bid FROM trades t ASOF LEFT JOIN quotes q ON t.symbol = q.symbol AND t.ts >= q.qts;
CREATE PIPELINE per_minute AS SELECT TUMBLE_START(ts, INTERVAL '1 minute') AS m, COUNT(*) AS n FROM pairs GROUP BY m;
