-- Floating-point numbers: what aggregates come to depends, in the last digits, on the order in which they take them.

-- CASE a window
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(price) AS s, AVG(price) AS a, SUM(price * quantity) AS v, AVG(price /
3) AS t, SUM(price::FLOAT) AS f, COUNT(*) AS n FROM trades GROUP BY w;

-- CASE windows by key
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(price) FILTER (WHERE side = 'buy') AS s, STDDEV(price) AS d,
VAR_POP(price) AS vp, CORR(price, quantity) AS c, REGR_SLOPE(price, quantity) AS r, COVAR_POP(price, quantity) AS cp,
FSUM(price) AS fs, FAVG(price) AS fa, KURTOSIS(quantity / 3) AS k, PRODUCT(1 + quantity / 1e9) AS p, FIRST(price) AS x,
LAST(price) AS y, list(quantity) AS q FROM trades GROUP BY symbol, w;

-- CASE averages of exact numbers in windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, AVG(fee) AS a, AVG(quantity) AS b, AVG(quantity *
100000000000000007) AS c, AVG(fee::DECIMAL(38, 10)) AS d, AVG(-fee) AS e, AVG(quantity::UHUGEINT) AS f, AVG((fee *
1e14)::BIGINT) AS g, AVG(fee::DECIMAL(38, 30)) AS h, SUM(quantity::UHUGEINT) AS i FROM trades GROUP BY symbol, w;

-- CASE GROUPING SETS in windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, side, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(price) AS s FROM trades GROUP BY GROUPING SETS ((symbol,
w), (side, w));

-- CASE HOP
-- QUERY
SELECT symbol, HOP(ts, INTERVAL '20 seconds', INTERVAL '1 minute') AS w, SUM(price) AS s, AVG(price) AS a FROM trades
GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, w2 AS w, sum(price) AS s, avg(price) AS a FROM (SELECT t.*, {'start': s, 'end': s + INTERVAL '1 minute'}
AS w2 FROM {trades} AS t JOIN (SELECT unnest(generate_series(TIMESTAMP '2024-03-01 09:00:00', TIMESTAMP
'2024-03-01 14:00:00', INTERVAL '20 seconds')) AS s) AS g ON s <= ts AND ts < s + INTERVAL '1 minute' AND
(t.w IS NULL OR s > time_bucket(INTERVAL '20 seconds', t.w - INTERVAL '1 minute')) ORDER BY n) GROUP BY ALL;

-- CASE SESSION
-- SESSIONS trades: symbol; INTERVAL '2 seconds'
-- QUERY
SELECT symbol, SESSION(ts, INTERVAL '2 seconds') AS w, SUM(price) AS s, AVG(price) AS a, STDDEV(price) AS d FROM trades
GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, session AS w, sum(price) AS s, avg(price) AS a, stddev(price) AS d FROM (SELECT *, {'start': min(ts) OVER
(PARTITION BY symbol, island), 'end': max(ts) OVER (PARTITION BY symbol, island) + INTERVAL '2 seconds'} AS session FROM
(SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY symbol ORDER BY ts, n ROWS UNBOUNDED PRECEDING) AS island
FROM (SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY symbol ORDER BY ts, n) >= INTERVAL '2 seconds', true) AS begins
FROM {trades})) ORDER BY n) GROUP BY ALL;

-- CASE changing, by key
-- QUERY
SELECT symbol, SUM(price) AS s, AVG(price) AS a, COUNT(*) AS n, COUNT(price) AS m, COUNT_IF(price > 100) AS high,
MIN(price) AS low, MAX(side) AS side, FIRST(price) AS opened, LAST(price) AS closed, SUM(quantity) AS q, AVG(quantity)
AS b, AVG(fee) AS c, SUM(fee) AS e, BOOL_OR(price > 100) AS any, BIT_OR(quantity) AS x, SUM(price) FILTER (WHERE side =
'buy') AS bought, COUNT(*) FILTER (WHERE side IS NULL) AS nulls, COUNT(side) FILTER (WHERE price > 1) AS sides FROM
trades GROUP BY symbol;

-- CASE changing, of everything
-- QUERY
SELECT SUM(price) AS s, AVG(price::FLOAT) AS a, SUM(price * quantity) / SUM(quantity) AS vwap FROM trades;

-- CASE changing, with HAVING and computed keys
-- QUERY
SELECT quantity % 3 AS k, upper(side) AS u, SUM(price / 3) AS s FROM trades WHERE price > 0 GROUP BY 1, 2 HAVING
COUNT(*) > 2;

-- CASE changing, of exact numbers
-- QUERY
SELECT symbol, AVG(fee) AS a, AVG(quantity * 100000000000000007) AS b, AVG(-fee::DECIMAL(38, 10)) AS c,
AVG(fee::DECIMAL(38, 30)) AS d, AVG(quantity::UHUGEINT) AS e, AVG(quantity::SMALLINT) AS f FROM trades GROUP BY symbol;

-- CASE changing, over all the rows
-- QUERY
SELECT symbol, STDDEV(price) AS d, CORR(price, quantity) AS c, FSUM(price) AS s, list(price) AS p FROM trades GROUP BY
symbol;

-- CASE changing, GROUPING SETS
-- QUERY
SELECT symbol, side, SUM(price) AS s FROM trades GROUP BY CUBE (symbol, side);

-- CASE a stored table beside
-- QUERY
SELECT a.sector, SUM(t.price * a.weight) AS s FROM trades AS t JOIN accounts AS a USING (symbol) GROUP BY a.sector;
-- REFERENCE
SELECT a.sector, laminar_exact_value(laminar_exact_sum(t.price * a.weight)) AS s FROM {trades} AS t JOIN accounts AS a
USING (symbol) GROUP BY a.sector;

-- CASE two inputs
-- QUERY
SELECT symbol, SUM(v) AS s, AVG(v) AS a, SUM(v) FILTER (WHERE v > 10) AS f, COUNT(*) AS n FROM (SELECT symbol, price AS
v FROM trades UNION ALL SELECT symbol, bid / 3 FROM quotes) GROUP BY symbol;
-- REFERENCE
SELECT symbol, laminar_exact_value(laminar_exact_sum(v)) AS s, laminar_exact_value(laminar_exact_sum(v)) / count(v) AS a,
laminar_exact_value(laminar_exact_sum(v) FILTER (WHERE v > 10)) AS f, count(*) AS n FROM (SELECT symbol, price AS v FROM
{trades} UNION ALL SELECT symbol, bid / 3 FROM {quotes}) GROUP BY symbol;

-- CASE one input twice
-- QUERY
SELECT SUM(v) AS s FROM (SELECT price AS v FROM trades UNION ALL SELECT price / 3 FROM trades WHERE quantity > 5);
-- REFERENCE
SELECT laminar_exact_value(laminar_exact_sum(v)) AS s FROM (SELECT price AS v FROM {trades} UNION ALL SELECT price / 3
FROM {trades} WHERE quantity > 5);

-- CASE two inputs, over all the rows
-- QUERY
SELECT symbol, STDDEV(v) AS d, FSUM(v) AS s, list(v) AS l FROM (SELECT symbol, price AS v FROM trades UNION ALL SELECT
symbol, bid / 3 FROM quotes) GROUP BY symbol;
-- REFERENCE
SELECT symbol, stddev(v) AS d, fsum(v) AS s, list(v) AS l FROM (FROM (SELECT symbol, price AS v FROM {trades} UNION ALL
SELECT symbol, bid / 3 FROM {quotes}) ORDER BY symbol, v) GROUP BY symbol;

-- CASE two inputs in windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE_START(ts, INTERVAL '1 minute') AS w, SUM(v) AS s, AVG(v) AS a FROM (SELECT symbol, price AS v, ts
FROM trades UNION ALL SELECT symbol, bid / 3, ts FROM quotes) GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, time_bucket(INTERVAL '1 minute', ts, TIMESTAMP '1970-01-01') AS w,
laminar_exact_value(laminar_exact_sum(v)) AS s, laminar_exact_value(laminar_exact_sum(v)) / count(v) AS a FROM (SELECT
symbol, price AS v, ts FROM {trades} UNION ALL SELECT symbol, bid / 3, ts FROM {quotes}) GROUP BY ALL;

-- CASE two inputs in windows, over all the rows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT STDDEV(v) AS d, KURTOSIS(v) AS k, TUMBLE_START(ts, INTERVAL '1 minute') AS w FROM (SELECT price AS v, ts FROM
trades UNION ALL SELECT bid / 3, ts FROM quotes) GROUP BY w;
-- REFERENCE
SELECT stddev(v) AS d, kurtosis(v) AS k, time_bucket(INTERVAL '1 minute', ts, TIMESTAMP '1970-01-01') AS w FROM (FROM
(SELECT price AS v, ts FROM {trades} UNION ALL SELECT bid / 3, ts FROM {quotes}) ORDER BY v, ts) GROUP BY w;

-- CASE a pipeline that unites, and one that adds up
-- SETUP
CREATE PIPELINE united AS SELECT symbol, price AS v FROM trades UNION ALL SELECT symbol, bid / 3 FROM quotes;
-- QUERY
SELECT symbol, SUM(v) AS s FROM united GROUP BY symbol;
-- REFERENCE
SELECT symbol, laminar_exact_value(laminar_exact_sum(v)) AS s FROM (SELECT symbol, price AS v FROM {trades} UNION ALL
SELECT symbol, bid / 3 FROM {quotes}) GROUP BY symbol;

-- CASE a join
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.customer, SUM(o.amount::DOUBLE / 3 * p.amount::DOUBLE) AS s FROM orders AS o JOIN payments AS p ON o.order_id =
p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute' GROUP BY o.customer;
-- REFERENCE
SELECT o.customer, laminar_exact_value(laminar_exact_sum(o.amount::DOUBLE / 3 * p.amount::DOUBLE)) AS s FROM {orders} AS o
JOIN {payments} AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute' GROUP BY o.customer;

-- CASE windows of windows
-- LATE trades: time_bucket(INTERVAL '10 seconds', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE_START(w, INTERVAL '1 minute') AS m, SUM(s) AS s FROM (SELECT TUMBLE_START(ts, INTERVAL '10 seconds') AS w,
symbol, AVG(price) AS s FROM trades GROUP BY w, symbol) GROUP BY m;
-- REFERENCE
SELECT time_bucket(INTERVAL '1 minute', w, TIMESTAMP '1970-01-01') AS m, sum(s) AS s FROM (SELECT
time_bucket(INTERVAL '10 seconds', ts, TIMESTAMP '1970-01-01') AS w, symbol, avg(price) AS s FROM {trades} GROUP BY ALL
ORDER BY w, symbol, s) GROUP BY m;

-- CASE a pipeline that filters, and one that adds up
-- SETUP
CREATE PIPELINE filtered AS SELECT symbol, price, ts FROM trades WHERE quantity > 5;
-- QUERY
SELECT symbol, SUM(price) AS s, AVG(price) AS a FROM filtered GROUP BY symbol;

-- CASE frames
-- LATE trades: $
-- QUERY
SELECT symbol, ts, SUM(price) OVER (PARTITION BY symbol ORDER BY ts ROWS 9 PRECEDING) AS s FROM trades;
-- REFERENCE
SELECT symbol, ts, SUM(price) OVER (PARTITION BY symbol ORDER BY ts, n ROWS 9 PRECEDING) AS s FROM {trades};

-- CASE large frames
-- LATE trades: $
-- QUERY
SELECT symbol, ts, SUM(price) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 99 PRECEDING AND CURRENT ROW) AS s,
AVG(price / 3) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 30 PRECEDING AND 5 PRECEDING) AS a FROM trades;
-- REFERENCE
SELECT symbol, ts, laminar_exact_value(laminar_exact_sum(price) OVER (PARTITION BY symbol ORDER BY ts, n ROWS BETWEEN 99
PRECEDING AND CURRENT ROW)) AS s, laminar_exact_value(laminar_exact_sum(price / 3) OVER (PARTITION BY symbol ORDER BY ts,
n ROWS BETWEEN 30 PRECEDING AND 5 PRECEDING)) / nullif(count(price) OVER (PARTITION BY symbol ORDER BY ts, n ROWS BETWEEN
30 PRECEDING AND 5 PRECEDING), 0) AS a FROM {trades};

-- CASE frames of time
-- LATE trades: $
-- QUERY
SELECT symbol, ts, SUM(price) FILTER (WHERE quantity > 3) OVER (PARTITION BY symbol ORDER BY ts RANGE BETWEEN INTERVAL
'2 seconds' PRECEDING AND CURRENT ROW) AS s FROM trades;
-- REFERENCE
SELECT symbol, ts, laminar_exact_value(laminar_exact_sum(price) FILTER (WHERE quantity > 3) OVER (PARTITION BY symbol
ORDER BY ts RANGE BETWEEN INTERVAL '2 seconds' PRECEDING AND CURRENT ROW)) AS s FROM {trades};
