-- Windows of windows.

-- CASE by the start of the inner window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(w.start, INTERVAL '2 minutes') AS outer_w, SUM(n) AS n, MAX(n) AS most FROM (SELECT symbol,
TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w) GROUP BY outer_w;

-- CASE by the end of the inner window
-- LATE trades: time_bucket(INTERVAL '30 seconds', $)
-- QUERY
WITH minutes AS (SELECT symbol, TUMBLE(ts, INTERVAL '30 seconds') AS w, SUM(quantity) AS q FROM trades GROUP
BY symbol, w) SELECT symbol, TUMBLE(w."end", INTERVAL '3 minutes') AS w3, MAX(q) AS most FROM minutes GROUP BY
symbol, w3;

-- CASE of the same window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT w, COUNT(*) AS symbols, AVG(n) AS each FROM (SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w,
COUNT(*) AS n FROM trades GROUP BY symbol, w) GROUP BY w;

-- CASE three deep
-- LATE trades: time_bucket(INTERVAL '30 seconds', $)
-- QUERY
WITH a AS (SELECT symbol, side, TUMBLE(ts, INTERVAL '30 seconds') AS w, COUNT(*) AS n FROM trades GROUP BY
ALL), b AS (SELECT symbol, TUMBLE(w.start, INTERVAL '1 minute') AS w, MAX(n) AS n FROM a GROUP BY symbol,
TUMBLE(w.start, INTERVAL '1 minute')) SELECT TUMBLE(w.start, INTERVAL '4 minutes') AS w, SUM(n) AS n FROM b
GROUP BY TUMBLE(w.start, INTERVAL '4 minutes');

-- CASE a time renamed and moved on the way
-- LATE trades: time_bucket(INTERVAL '1 minute', $ + INTERVAL '10 seconds')
-- QUERY
SELECT TUMBLE(at, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM (SELECT ts + INTERVAL '10 seconds' AS at,
symbol FROM trades WHERE symbol <> 'DDD') GROUP BY w;

-- CASE a filter around a window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, w.start AS b, n FROM (SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM
trades GROUP BY symbol, w) WHERE n >= 3 AND symbol IS NOT NULL;

-- CASE a pipeline that reads a pipeline
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- SETUP
CREATE PIPELINE per_minute AS SELECT symbol, TUMBLE_START(ts, INTERVAL '1 minute') AS b, COUNT(*) AS n FROM
trades GROUP BY symbol, TUMBLE(ts, INTERVAL '1 minute');
-- QUERY
SELECT TUMBLE(b, INTERVAL '3 minutes') AS w, SUM(n) AS n FROM per_minute GROUP BY w;
