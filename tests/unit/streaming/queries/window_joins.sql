-- Joins of windows.

-- CASE INNER JOIN of windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT t.symbol AS ts, q.symbol AS qs, t.w AS tw, q.w AS qw, t.n AS tn, q.n AS qn FROM (SELECT symbol,
TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w) AS t INNER JOIN (SELECT
symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM quotes GROUP BY symbol, w) AS q ON t.symbol =
q.symbol AND t.w = q.w;

-- CASE LEFT JOIN of windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT t.symbol AS ts, q.symbol AS qs, t.w AS tw, q.w AS qw, t.n AS tn, q.n AS qn FROM (SELECT symbol,
TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w) AS t LEFT JOIN (SELECT
symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM quotes GROUP BY symbol, w) AS q ON t.symbol =
q.symbol AND t.w = q.w;

-- CASE RIGHT JOIN of windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT t.symbol AS ts, q.symbol AS qs, t.w AS tw, q.w AS qw, t.n AS tn, q.n AS qn FROM (SELECT symbol,
TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w) AS t RIGHT JOIN (SELECT
symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM quotes GROUP BY symbol, w) AS q ON t.symbol =
q.symbol AND t.w = q.w;

-- CASE FULL JOIN of windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT t.symbol AS ts, q.symbol AS qs, t.w AS tw, q.w AS qw, t.n AS tn, q.n AS qn FROM (SELECT symbol,
TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w) AS t FULL JOIN (SELECT
symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM quotes GROUP BY symbol, w) AS q ON t.symbol =
q.symbol AND t.w = q.w;

-- CASE USING the window and its key
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
WITH t AS (SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, AVG(price) AS p FROM trades GROUP BY symbol,
w), q AS (SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, AVG(bid) AS b FROM quotes GROUP BY symbol, w)
SELECT symbol, w, p - b AS above FROM t JOIN q USING (symbol, w);

-- CASE FULL with USING
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
WITH t AS (SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w),
q AS (SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS m FROM quotes GROUP BY symbol, w)
SELECT symbol, w, n, m FROM t FULL JOIN q USING (symbol, w);

-- CASE rows of the same window
-- LATE trades: time_bucket(INTERVAL '30 seconds', $)
-- LATE quotes: time_bucket(INTERVAL '30 seconds', $)
-- QUERY
SELECT t.symbol, t.price, q.bid FROM trades AS t JOIN quotes AS q ON t.symbol = q.symbol AND TUMBLE(t.ts,
INTERVAL '30 seconds') = TUMBLE(q.ts, INTERVAL '30 seconds');

-- CASE a window around a join of windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(w.start, INTERVAL '3 minutes') AS w3, SUM(n) AS n, SUM(m) AS m FROM (SELECT t.w, t.n, q.m FROM
(SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY w) AS t JOIN (SELECT
TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS m FROM quotes GROUP BY w) AS q ON t.w = q.w) GROUP BY w3;

-- CASE a stream with itself, minute by minute
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT a.w, a.n AS buys, b.n AS sells FROM (SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM
trades WHERE side = 'buy' GROUP BY w) AS a JOIN (SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n
FROM trades WHERE side = 'sell' GROUP BY w) AS b ON a.w = b.w;
