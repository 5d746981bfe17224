-- SESSION. A row that comes behind the watermark is in a session that has not ended.

-- CASE by key
-- SESSIONS trades: symbol; INTERVAL '10 seconds'
-- QUERY
SELECT symbol, SESSION(ts, INTERVAL '10 seconds') AS w, COUNT(*) AS n, SUM(quantity) AS q FROM trades GROUP BY
symbol, w;
-- REFERENCE
SELECT symbol, session AS w, count(*) AS n, sum(quantity) AS q FROM (SELECT *, {'start': min(ts) OVER
(PARTITION BY symbol, island), 'end': max(ts) OVER (PARTITION BY symbol, island) + INTERVAL '10 seconds'} AS
session FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY symbol ORDER BY ts, n ROWS UNBOUNDED
PRECEDING) AS island FROM (SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY symbol ORDER BY ts, n) >=
INTERVAL '10 seconds', true) AS begins FROM {trades}))) GROUP BY ALL;

-- CASE by two keys, START and END
-- SESSIONS trades: symbol, side; INTERVAL '30 seconds'
-- QUERY
SELECT symbol, side, SESSION_START(ts, INTERVAL '30 seconds') AS b, SESSION_END(ts, INTERVAL '30 seconds') AS
e, COUNT(*) AS n FROM trades GROUP BY symbol, side, SESSION(ts, INTERVAL '30 seconds');
-- REFERENCE
SELECT symbol, side, session.start AS b, session."end" AS e, count(*) AS n FROM (SELECT *, {'start': min(ts)
OVER (PARTITION BY symbol, side, island), 'end': max(ts) OVER (PARTITION BY symbol, side, island) + INTERVAL
'30 seconds'} AS session FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY symbol, side ORDER
BY ts, n ROWS UNBOUNDED PRECEDING) AS island FROM (SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY symbol,
side ORDER BY ts, n) >= INTERVAL '30 seconds', true) AS begins FROM {trades}))) GROUP BY symbol, side, session;

-- CASE of everybody
-- SESSIONS trades: 1; INTERVAL '5 seconds'
-- QUERY
SELECT SESSION(ts, INTERVAL '5 seconds') AS w, COUNT(*) AS n, AVG(price) AS a FROM trades GROUP BY w;
-- REFERENCE
SELECT session AS w, count(*) AS n, avg(price) AS a FROM (SELECT *, {'start': min(ts) OVER (PARTITION BY
island), 'end': max(ts) OVER (PARTITION BY island) + INTERVAL '5 seconds'} AS session FROM (SELECT *, count(*)
FILTER (WHERE begins) OVER (ORDER BY ts, n ROWS UNBOUNDED PRECEDING) AS island FROM (SELECT *, coalesce(ts -
lag(ts) OVER (ORDER BY ts, n) >= INTERVAL '5 seconds', true) AS begins FROM {trades})) ORDER BY n) GROUP BY session;

-- CASE of a minute, the table's own time, by position
-- SESSIONS trades: coalesce(symbol, 'none'); INTERVAL '1 minute'
-- QUERY
SELECT coalesce(symbol, 'none') AS s, SESSION(INTERVAL '1 minute') AS w, MAX(quantity) AS q FROM trades GROUP
BY 1, 2;
-- REFERENCE
SELECT coalesce(symbol, 'none') AS s, session AS w, max(quantity) AS q FROM (SELECT *, {'start': min(ts) OVER
(PARTITION BY symbol, island), 'end': max(ts) OVER (PARTITION BY symbol, island) + INTERVAL '1 minute'} AS
session FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY symbol ORDER BY ts, n ROWS UNBOUNDED
PRECEDING) AS island FROM (SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY symbol ORDER BY ts, n) >=
INTERVAL '1 minute', true) AS begins FROM {trades}))) GROUP BY ALL;

-- CASE HAVING and aggregates that need the rows
-- SESSIONS trades: symbol; INTERVAL '20 seconds'
-- QUERY
SELECT symbol, SESSION(ts, INTERVAL '20 seconds') AS w, MEDIAN(price) AS m, COUNT(DISTINCT side) AS sides,
list(quantity ORDER BY ts, quantity) AS all_quantities FROM trades GROUP BY symbol, w HAVING COUNT(*) > 1;
-- REFERENCE
SELECT symbol, session AS w, median(price) AS m, count(DISTINCT side) AS sides, list(quantity ORDER BY ts,
quantity) AS all_quantities FROM (SELECT *, {'start': min(ts) OVER (PARTITION BY symbol, island), 'end':
max(ts) OVER (PARTITION BY symbol, island) + INTERVAL '20 seconds'} AS session FROM (SELECT *, count(*) FILTER
(WHERE begins) OVER (PARTITION BY symbol ORDER BY ts, n ROWS UNBOUNDED PRECEDING) AS island FROM (SELECT *,
coalesce(ts - lag(ts) OVER (PARTITION BY symbol ORDER BY ts, n) >= INTERVAL '20 seconds', true) AS begins FROM
{trades}))) GROUP BY symbol, session HAVING count(*) > 1;

-- CASE of some of the rows
-- SESSIONS trades: symbol; INTERVAL '10 seconds'; side = 'buy'
-- QUERY
SELECT symbol, SESSION(ts, INTERVAL '10 seconds') AS w, COUNT(*) AS n FROM trades WHERE side = 'buy' GROUP BY
symbol, w;
-- REFERENCE
WITH rows AS (SELECT * FROM {trades} WHERE side = 'buy') SELECT symbol, session AS w, count(*) AS n FROM
(SELECT *, {'start': min(ts) OVER (PARTITION BY symbol, island), 'end': max(ts) OVER (PARTITION BY symbol,
island) + INTERVAL '10 seconds'} AS session FROM (SELECT *, sum(begins) OVER (PARTITION BY symbol ORDER BY ts,
n ROWS UNBOUNDED PRECEDING) AS island FROM (SELECT *, CASE WHEN ts - lag(ts) OVER (PARTITION BY symbol ORDER
BY ts, n) < INTERVAL '10 seconds' THEN 0 ELSE 1 END AS begins FROM rows))) GROUP BY symbol, session;

-- CASE windows of sessions
-- SESSIONS trades: symbol; INTERVAL '10 seconds'
-- QUERY
SELECT TUMBLE(w.start, INTERVAL '2 minutes') AS tw, COUNT(*) AS sessions, SUM(n) AS n FROM (SELECT symbol,
SESSION(ts, INTERVAL '10 seconds') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w) GROUP BY tw;
-- REFERENCE
SELECT {'start': b, 'end': b + INTERVAL '2 minutes'} AS tw, count(*) AS sessions, sum(n) AS n FROM (SELECT
time_bucket(INTERVAL '2 minutes', session.start) AS b, count(*) AS n FROM (SELECT *, {'start': min(ts) OVER
(PARTITION BY symbol, island), 'end': max(ts) OVER (PARTITION BY symbol, island) + INTERVAL '10 seconds'} AS
session FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY symbol ORDER BY ts, n ROWS UNBOUNDED
PRECEDING) AS island FROM (SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY symbol ORDER BY ts, n) >=
INTERVAL '10 seconds', true) AS begins FROM {trades}))) GROUP BY symbol, session) GROUP BY b;
