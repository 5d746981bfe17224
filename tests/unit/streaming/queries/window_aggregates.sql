-- Every kind of aggregate in windows.

-- CASE sums of every type of number
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(quantity) AS a, SUM(price) AS b, SUM(fee) AS c,
SUM(quantity::SMALLINT) AS d, SUM(price::FLOAT) AS e, AVG(fee) AS f, AVG(quantity) AS g, SUM(1) AS h,
AVG(quantity::HUGEINT) AS i FROM trades GROUP BY symbol, w;

-- CASE the commonest aggregates of columns
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, side, TUMBLE_START(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n, COUNT(price) AS prices, SUM(quantity) AS
q, SUM(fee) AS f, MIN(price) AS low, MAX(side) AS s, AVG(quantity) AS aq, AVG(fee) AS af, FIRST(price) AS opened,
LAST(price) AS closed FROM trades GROUP BY symbol, side, w;

-- CASE FILTER
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) FILTER (WHERE side = 'buy') AS buys,
SUM(quantity) FILTER (WHERE price > 100) AS q, AVG(price) FILTER (WHERE side IS NULL) AS unknown FROM trades
GROUP BY symbol, w;

-- CASE DISTINCT
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(DISTINCT side) AS sides, SUM(DISTINCT quantity) AS
q, COUNT(*) AS n FROM trades GROUP BY symbol, w;

-- CASE in order
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, string_agg(side, ',' ORDER BY ts, price, quantity) AS
sides, list(quantity ORDER BY quantity DESC NULLS LAST) AS quantities, array_agg(price ORDER BY price) AS
prices FROM trades GROUP BY symbol, w;

-- CASE percentiles
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY price) AS
p90, PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY quantity) AS p50, MEDIAN(price) AS middle,
quantile_cont(price, [0.1, 0.9]) AS tails, MODE(side) AS usual FROM trades GROUP BY symbol, w;

-- CASE rows at an extreme
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, ARG_MAX(side, quantity) AS by_most, ARG_MIN(quantity,
price) AS by_least, MAX_BY(price, ts) AS latest, MIN(ts) AS first_at, MAX(side) AS last_side FROM trades GROUP
BY symbol, w;

-- CASE in order of arrival
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, FIRST(price) AS opened, LAST(price) AS closed,
FIRST(side) AS a, ANY_VALUE(quantity) AS b FROM trades GROUP BY symbol, w;

-- CASE first and last in order of time
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, FIRST(price ORDER BY ts, quantity, price) AS opened,
LAST(price ORDER BY ts, quantity, price) AS closed FROM trades GROUP BY symbol, w;

-- CASE spread
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, STDDEV(price) AS s, VARIANCE(quantity) AS v,
VAR_POP(price) AS vp, CORR(price, quantity) AS c, REGR_SLOPE(price, quantity) AS r, COVAR_POP(price, quantity)
AS cp FROM trades GROUP BY symbol, w;

-- CASE approximate
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, APPROX_COUNT_DISTINCT(quantity) AS n,
APPROX_QUANTILE(price, 0.5) AS middle FROM trades GROUP BY symbol, w;

-- CASE bits and truths
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, BOOL_AND(quantity > 3) AS every, BOOL_OR(side = 'sell')
AS some, BIT_OR(quantity) AS bits, BIT_XOR(quantity) AS x, COUNT_IF(price > 100) AS high, PRODUCT(price / 100)
AS p FROM trades GROUP BY symbol, w;

-- CASE collections
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, histogram(side) AS h, COUNT(fee) AS n,
list_sort(list(DISTINCT quantity)) AS q FROM trades GROUP BY symbol, w;

-- CASE expressions of aggregates
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, MAX(price) - MIN(price) AS spread, ROUND(SUM(price *
quantity) / NULLIF(SUM(quantity), 0), 4) AS vwap, CASE WHEN COUNT(*) > 2 THEN 'many' ELSE 'few' END AS kind,
SUM(quantity) * 100 / COUNT(*) AS each FROM trades GROUP BY symbol, w;

-- CASE no key but the window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT COUNT(*) AS n FROM trades GROUP BY TUMBLE(ts, INTERVAL '1 minute');

-- CASE HAVING
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w HAVING
COUNT(*) > 2 AND SUM(quantity) > 30;

-- CASE HAVING with an aggregate of its own
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w FROM trades GROUP BY w HAVING MEDIAN(price) > 99;

-- CASE GROUPING SETS with the window in all of them
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, side, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n, SUM(quantity) AS q FROM trades GROUP
BY GROUPING SETS ((symbol, w), (side, w), (w));

-- CASE ROLLUP beside the window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, side, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(quantity) AS q, GROUPING(symbol) AS g FROM
trades GROUP BY w, ROLLUP (symbol, side);

-- CASE DISTINCT within windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT DISTINCT symbol, side, TUMBLE(ts, INTERVAL '1 minute') AS w FROM trades;

-- CASE DISTINCT over a bucket
-- LATE trades: date_trunc('minute', $)
-- QUERY
SELECT DISTINCT date_trunc('minute', ts) AS m, symbol FROM trades;
