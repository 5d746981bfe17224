-- The sign of -0.0 passes through windows, sessions and whatever is computed anew.
CREATE CONNECTION feed TO file (path = 'negative_zero.ndjson');
CREATE TABLE r (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (connector = 'feed');
SUBSCRIBE TO (SELECT k, MIN(v) AS m, LIST(v) AS l FROM r GROUP BY k, TUMBLE(ts, INTERVAL '1 second'));
SUBSCRIBE TO (SELECT k, MAX(v) AS m, COUNT(*) AS n FROM r GROUP BY k, TUMBLE(ts, INTERVAL '1 second'));
SUBSCRIBE TO (SELECT k, {'v': v} AS s, v FROM r QUALIFY row_number() OVER (PARTITION BY TUMBLE(ts, INTERVAL '1 second') ORDER BY k) = 1);
SUBSCRIBE TO (SELECT k, LIST(v::FLOAT) AS l, SESSION_START(ts, INTERVAL '1 second') AS s FROM r GROUP BY k, SESSION(ts, INTERVAL '1 second'));
SUBSCRIBE TO (SELECT k, LIST(v) AS l FROM (SELECT * FROM r UNION ALL SELECT * FROM r) GROUP BY k, TUMBLE(ts, INTERVAL '1 second'));
