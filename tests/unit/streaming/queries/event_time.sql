-- The event time, where queries do not name it: through subqueries and WITH; values in its order; fields of windows.

-- CASE through a subquery, renamed
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT s, TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM (SELECT symbol AS s, ts AS t, quantity FROM trades)
GROUP BY s, w;
-- REFERENCE
SELECT symbol AS s, {'start': date_trunc('minute', ts), 'end': date_trunc('minute', ts) + INTERVAL '1 minute'} AS
w, count(*) AS n FROM {trades} GROUP BY ALL;

-- CASE through WITH and a star
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
WITH known AS (SELECT * FROM trades WHERE symbol IS NOT NULL)
SELECT TUMBLE_START(INTERVAL '1 minute') AS b, SUM(quantity) AS q FROM known GROUP BY b;
-- REFERENCE
SELECT date_trunc('minute', ts) AS b, sum(quantity) AS q FROM {trades} WHERE symbol IS NOT NULL GROUP BY b;

-- CASE over windows it is their start
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE_START(INTERVAL '2 minutes') AS b, SUM(n) AS n FROM
(SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY w) GROUP BY b;
-- REFERENCE
SELECT time_bucket(INTERVAL '2 minutes', ts) AS b, count(*)::HUGEINT AS n FROM {trades} GROUP BY b;

-- CASE fields of a window beside it
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, w.start AS b, w."end" AS e, COUNT(*) AS n FROM trades
GROUP BY symbol, w HAVING w.start >= TIMESTAMP '2000-01-01' AND w."end" > w.start;
-- REFERENCE
SELECT symbol, {'start': b, 'end': e} AS w, b, e, n FROM (SELECT symbol, date_trunc('minute', ts) AS b,
date_trunc('minute', ts) + INTERVAL '1 minute' AS e, count(*) AS n FROM {trades} GROUP BY ALL);

-- CASE fields of a sliding window beside it
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT HOP(ts, INTERVAL '1 minute', INTERVAL '1 minute') AS w, w.start AS b, COUNT(*) AS n FROM trades GROUP BY w;
-- REFERENCE
SELECT {'start': b, 'end': b + INTERVAL '1 minute'} AS w, b, n FROM (SELECT date_trunc('minute', ts) AS b, count(*)
AS n FROM {trades} GROUP BY ALL);

-- CASE the first and the last value of a window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, epoch_us(FIRST_VALUE(ts)) AS open, epoch_us(LAST_VALUE(ts)) AS
close FROM trades GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, {'start': date_trunc('minute', ts), 'end': date_trunc('minute', ts) + INTERVAL '1 minute'} AS w,
epoch_us(min(ts)) AS open, epoch_us(max(ts)) AS close FROM {trades} GROUP BY ALL;

-- CASE values in an order of their own, with FILTER
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, FIRST_VALUE(quantity ORDER BY quantity) AS least,
LAST_VALUE(quantity ORDER BY quantity) FILTER (WHERE quantity < 20) AS most FROM trades WHERE quantity IS NOT NULL
GROUP BY w;
-- REFERENCE
SELECT {'start': date_trunc('minute', ts), 'end': date_trunc('minute', ts) + INTERVAL '1 minute'} AS w,
min(quantity) AS least, max(quantity) FILTER (WHERE quantity < 20) AS most FROM {trades} WHERE quantity IS NOT NULL
GROUP BY ALL;
