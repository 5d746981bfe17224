-- args: check --target flink {file}
-- What Flink has no equal for is refused, at its place; nothing is exported with another meaning.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DECIMAL(18, 4), qty INTEGER, ratio DOUBLE, ts TIMESTAMP NOT NULL, seen TIMESTAMP,
    key UUID, WATERMARK FOR ts) WITH (connector = 'feed');
CREATE TABLE names (symbol TEXT, name TEXT);
CREATE PIPELINE a AS SELECT list_transform([qty], x -> x + 1) AS l FROM trades;
CREATE PIPELINE b AS SELECT CAST(ratio AS INTEGER) AS n FROM trades;
CREATE PIPELINE c AS SELECT TRY_CAST(symbol AS INTEGER) AS n FROM trades;
CREATE PIPELINE d AS SELECT regexp_replace(symbol, 'a', 'b') AS s FROM trades;
CREATE PIPELINE e AS SELECT regexp_matches(symbol, '\bword') AS s FROM trades;
CREATE PIPELINE f AS SELECT date_trunc('week', seen) AS w FROM trades;
CREATE PIPELINE g AS SELECT id, LEAD(qty) OVER (PARTITION BY symbol ORDER BY ts) AS next FROM trades;
CREATE PIPELINE h AS SELECT id, SUM(qty) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM trades;
CREATE PIPELINE i AS SELECT t.id, n.name FROM trades t JOIN names n USING (symbol);
CREATE PIPELINE j AS SELECT received_at, id FROM trades;
CREATE PIPELINE k AS SELECT key FROM trades;
CREATE PIPELINE l AS SELECT price * price * price AS p FROM trades;
CREATE PIPELINE m AS SELECT TUMBLE_START(ts, INTERVAL '1 month') AS w, COUNT(*) AS n FROM trades GROUP BY w;
CREATE PIPELINE n AS SELECT symbol, STDDEV(ratio) AS s, TUMBLE_START(ts, INTERVAL '1 minute') AS w FROM trades GROUP BY symbol, w;
CREATE PIPELINE o AS SELECT COUNT(*) AS n FROM trades;
CREATE PIPELINE p AS SELECT substring(symbol, 0, 2) AS s FROM trades;
CREATE PIPELINE q AS SELECT symbol, upper(symbol) AS u, SUM(ratio) AS r, TUMBLE_START(ts, INTERVAL '1 minute') AS w FROM trades GROUP BY symbol, w;
CREATE PIPELINE r AS SELECT ratio::TEXT AS t, seen::TEXT AS u FROM trades;
CREATE PIPELINE s AS SELECT seen - ts AS d FROM trades;
CREATE PIPELINE t AS SELECT "value" FROM feed;
CREATE PIPELINE u AS SELECT key FROM k;
CREATE PIPELINE v AS SELECT id, LAG(qty) OVER (PARTITION BY symbol ORDER BY ts) AS before FROM trades;
CREATE PIPELINE w AS SELECT array_to_string([symbol], ',') AS l FROM trades;
