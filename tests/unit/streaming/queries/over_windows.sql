-- Window functions over windowed aggregates.

-- CASE LAG of a count
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n, LAG(COUNT(*)) OVER (PARTITION BY symbol
ORDER BY TUMBLE(ts, INTERVAL '1 minute')) AS before FROM trades GROUP BY symbol, w;

-- CASE a moving average of sums
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, b, AVG(q) OVER (PARTITION BY symbol ORDER BY b ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS
moving FROM (SELECT symbol, TUMBLE_START(ts, INTERVAL '1 minute') AS b, SUM(quantity) AS q FROM trades GROUP
BY symbol, TUMBLE(ts, INTERVAL '1 minute'));

-- CASE change against the window before
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
WITH m AS (SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY w) SELECT w.start
AS b, n - LAG(n, 1, 0) OVER (ORDER BY w.start) AS change FROM m;
