-- Frames over time.

-- CASE ROWS PRECEDING
-- LATE trades: $
-- QUERY
SELECT symbol, ts, price, AVG(price) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 3 PRECEDING AND
CURRENT ROW) AS moving FROM trades;
-- REFERENCE
SELECT symbol, ts, price, avg(price) OVER (PARTITION BY symbol ORDER BY ts, n ROWS BETWEEN 3 PRECEDING AND
CURRENT ROW) AS moving FROM {trades};

-- CASE ROWS without partition
-- LATE trades: $
-- QUERY
SELECT ts, quantity, SUM(quantity) OVER (ORDER BY ts ROWS 4 PRECEDING) AS s, MIN(price) OVER (ORDER BY ts ROWS
BETWEEN 5 PRECEDING AND 2 PRECEDING) AS low FROM trades;
-- REFERENCE
SELECT ts, quantity, sum(quantity) OVER (ORDER BY ts, n ROWS 4 PRECEDING) AS s, min(price) OVER (ORDER BY ts,
n ROWS BETWEEN 5 PRECEDING AND 2 PRECEDING) AS low FROM {trades};

-- CASE RANGE
-- LATE trades: $
-- QUERY
SELECT symbol, ts, SUM(quantity) OVER (PARTITION BY symbol ORDER BY ts RANGE BETWEEN INTERVAL '30 seconds'
PRECEDING AND CURRENT ROW) AS s, COUNT(*) OVER (PARTITION BY symbol ORDER BY ts RANGE BETWEEN INTERVAL
'1 minute' PRECEDING AND CURRENT ROW) AS n FROM trades;

-- CASE RANGE without partition
-- LATE trades: $
-- QUERY
SELECT ts, MAX(price) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '10 seconds' PRECEDING AND CURRENT ROW) AS m
FROM trades;

-- CASE ROWS FOLLOWING
-- LATE trades: $
-- QUERY
SELECT symbol, ts, SUM(quantity) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 2
FOLLOWING) AS s FROM trades;
-- REFERENCE
SELECT symbol, ts, sum(quantity) OVER (PARTITION BY symbol ORDER BY ts, n ROWS BETWEEN 1 PRECEDING AND 2
FOLLOWING) AS s FROM {trades};

-- CASE RANGE FOLLOWING
-- LATE trades: $
-- QUERY
SELECT symbol, ts, COUNT(*) OVER (PARTITION BY symbol ORDER BY ts RANGE BETWEEN INTERVAL '10 seconds'
PRECEDING AND INTERVAL '20 seconds' FOLLOWING) AS n FROM trades;

-- CASE frames that begin after the row
-- LATE trades: $
-- QUERY
SELECT ts, price, COUNT(*) OVER (ORDER BY ts ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING) AS n FROM trades;
-- REFERENCE
SELECT ts, price, count(*) OVER (ORDER BY ts, n ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING) AS n FROM {trades};

-- CASE LAG and LEAD
-- LATE trades: $
-- QUERY
SELECT symbol, ts, price - LAG(price) OVER (PARTITION BY symbol ORDER BY ts) AS change, LAG(side, 2, 'none')
OVER (PARTITION BY symbol ORDER BY ts) AS before, LEAD(price) OVER (PARTITION BY symbol ORDER BY ts) AS next
FROM trades;
-- REFERENCE
SELECT symbol, ts, price - lag(price) OVER (PARTITION BY symbol ORDER BY ts, n) AS change, lag(side, 2,
'none') OVER (PARTITION BY symbol ORDER BY ts, n) AS before, lead(price) OVER (PARTITION BY symbol ORDER BY
ts, n) AS next FROM {trades};

-- CASE LAG alone, without partition
-- LATE trades: $
-- QUERY
SELECT ts, ts - LAG(ts) OVER (ORDER BY ts) AS pause FROM trades WHERE side = 'sell';
-- REFERENCE
SELECT ts, ts - lag(ts) OVER (ORDER BY ts, n) AS pause FROM {trades} WHERE side = 'sell';

-- CASE FIRST_VALUE, LAST_VALUE and NTH_VALUE
-- LATE trades: $
-- QUERY
SELECT symbol, ts, FIRST_VALUE(price) OVER w AS f, LAST_VALUE(quantity) OVER w AS l, NTH_VALUE(price, 2) OVER
w AS second FROM trades WINDOW w AS (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW);
-- REFERENCE
SELECT symbol, ts, first_value(price) OVER w AS f, last_value(quantity) OVER w AS l, nth_value(price, 2) OVER
w AS second FROM {trades} WINDOW w AS (PARTITION BY symbol ORDER BY ts, n ROWS BETWEEN 2 PRECEDING AND CURRENT
ROW);

-- CASE two partitionings in one query
-- LATE trades: $
-- QUERY
SELECT symbol, side, ts, SUM(quantity) OVER (PARTITION BY symbol ORDER BY ts ROWS 2 PRECEDING) AS a, COUNT(*)
OVER (PARTITION BY side ORDER BY ts RANGE BETWEEN INTERVAL '20 seconds' PRECEDING AND CURRENT ROW) AS b FROM
trades;
-- REFERENCE
SELECT symbol, side, ts, sum(quantity) OVER (PARTITION BY symbol ORDER BY ts, n ROWS 2 PRECEDING) AS a,
count(*) OVER (PARTITION BY side ORDER BY ts RANGE BETWEEN INTERVAL '20 seconds' PRECEDING AND CURRENT ROW) AS
b FROM {trades};

-- CASE holistic aggregates and FILTER in frames
-- LATE trades: $
-- QUERY
SELECT symbol, ts, MEDIAN(price) OVER (PARTITION BY symbol ORDER BY ts ROWS 4 PRECEDING) AS m, COUNT(*) FILTER
(WHERE side = 'buy') OVER (PARTITION BY symbol ORDER BY ts ROWS 4 PRECEDING) AS buys, STDDEV_POP(price) OVER
(PARTITION BY symbol ORDER BY ts ROWS 4 PRECEDING) AS s FROM trades;
-- REFERENCE
SELECT symbol, ts, median(price) OVER (PARTITION BY symbol ORDER BY ts, n ROWS 4 PRECEDING) AS m, count(*)
FILTER (WHERE side = 'buy') OVER (PARTITION BY symbol ORDER BY ts, n ROWS 4 PRECEDING) AS buys,
stddev_pop(price) OVER (PARTITION BY symbol ORDER BY ts, n ROWS 4 PRECEDING) AS s FROM {trades};

-- CASE QUALIFY on a frame
-- LATE trades: $
-- QUERY
SELECT symbol, ts, price FROM trades QUALIFY price > AVG(price) OVER (PARTITION BY symbol ORDER BY ts ROWS
BETWEEN 3 PRECEDING AND 1 PRECEDING);
-- REFERENCE
SELECT symbol, ts, price FROM {trades} QUALIFY price > avg(price) OVER (PARTITION BY symbol ORDER BY ts, n
ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING);

-- CASE windows around a frame
-- LATE trades: $
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, MAX(moving) AS most FROM (SELECT ts, SUM(quantity) OVER
(PARTITION BY symbol ORDER BY ts ROWS 2 PRECEDING) AS moving FROM trades) GROUP BY w;
-- REFERENCE
SELECT {'start': date_trunc('minute', ts), 'end': date_trunc('minute', ts) + INTERVAL '1 minute'} AS w,
max(moving) AS most FROM (SELECT ts, sum(quantity) OVER (PARTITION BY symbol ORDER BY ts, n ROWS 2 PRECEDING)
AS moving FROM {trades}) GROUP BY w;

-- CASE windows around what looks ahead
-- LATE trades: $
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(next) AS n FROM (SELECT ts, LEAD(price) OVER (PARTITION BY
symbol ORDER BY ts) AS next FROM trades) GROUP BY w;
-- REFERENCE
SELECT {'start': date_trunc('minute', ts), 'end': date_trunc('minute', ts) + INTERVAL '1 minute'} AS w,
count(next) AS n FROM (SELECT ts, lead(price) OVER (PARTITION BY symbol ORDER BY ts, n) AS next FROM {trades})
GROUP BY w;

-- CASE a union of streams in one order
-- LATE trades: $
-- LATE quotes: $
-- QUERY
SELECT symbol, ts, AVG(p) OVER (PARTITION BY symbol ORDER BY ts RANGE BETWEEN INTERVAL '15 seconds' PRECEDING
AND CURRENT ROW) AS a FROM (SELECT symbol, price AS p, ts FROM trades UNION ALL SELECT symbol, ask, ts FROM
quotes);
-- REFERENCE
SELECT symbol, ts, laminar_exact_value(laminar_exact_sum(p) OVER recent) / nullif(count(p) OVER recent, 0) AS a FROM
(SELECT symbol, price AS p, ts FROM {trades} UNION ALL SELECT symbol, ask, ts FROM {quotes}) WINDOW recent AS (PARTITION
BY symbol ORDER BY ts RANGE BETWEEN INTERVAL '15 seconds' PRECEDING AND CURRENT ROW);
