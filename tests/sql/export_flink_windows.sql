-- args: export --target flink - {file}
-- Windows, the first rows within them, and windows of windows.
CREATE CONNECTION feed TO websocket (endpoint = 'wss://feed.example.com/', mode = 'client', format = 'json');
CREATE TABLE trades (id BIGINT, symbol TEXT, price DECIMAL(18, 4), qty INTEGER, ts TIMESTAMP_MS NOT NULL,
    WATERMARK FOR ts AS ts - INTERVAL '2 seconds') WITH (connector = 'feed');
CREATE TABLE totals (symbol TEXT, start TIMESTAMP, n BIGINT, total DECIMAL(20, 4), average DOUBLE, half BIGINT);

CREATE PIPELINE tumbling AS INSERT INTO totals
SELECT symbol, TUMBLE_START(ts, INTERVAL '10 seconds') AS w, COUNT(*), SUM(price), AVG(qty), SUM(qty) // 2
FROM trades WHERE qty > 0 GROUP BY symbol, w HAVING COUNT(*) > 1;

CREATE PIPELINE hopping AS
SELECT HOP(ts, INTERVAL '10 seconds', INTERVAL '30 seconds') AS w, COUNT(*) FILTER (WHERE qty > 5) AS large,
    MEDIAN(qty) AS middle, COUNT(DISTINCT symbol) AS symbols FROM trades GROUP BY w;

CREATE PIPELINE sessions AS
SELECT symbol, SESSION_START(ts, INTERVAL '90 seconds') AS s, SESSION_END(ts, INTERVAL '90 seconds') AS e, MAX(price) AS most
FROM trades GROUP BY symbol, SESSION(ts, INTERVAL '90 seconds');

CREATE PIPELINE shifted AS
SELECT TUMBLE(ts, INTERVAL '1 hour', INTERVAL '10 minutes').end AS until, MIN(symbol) AS first FROM trades GROUP BY until;

CREATE PIPELINE top AS
SELECT symbol, id, TUMBLE_START(ts, INTERVAL '1 minute') AS w,
    ROW_NUMBER() OVER (PARTITION BY symbol, TUMBLE(ts, INTERVAL '1 minute') ORDER BY price DESC, id) AS place
FROM trades QUALIFY place <= 3;

CREATE PIPELINE minutes AS SELECT symbol, DATE_TRUNC('minute', ts) AS m, SUM(qty) AS q FROM trades GROUP BY ALL;
CREATE PIPELINE largest AS SELECT m, MAX(q) AS q FROM minutes GROUP BY m;
CREATE PIPELINE hours AS SELECT TUMBLE_START(m, INTERVAL '1 hour') AS h, SUM(q) AS q FROM minutes GROUP BY h;
