-- Views, unions and stored tables beneath windows.

-- CASE a view
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- SETUP
CREATE VIEW large AS SELECT symbol, price * quantity AS turnover, ts FROM trades WHERE quantity > 5;
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, SUM(turnover) AS t FROM large GROUP BY symbol, w;

-- CASE a view of two streams
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- SETUP
CREATE VIEW everything AS SELECT symbol, price, ts FROM trades UNION ALL SELECT symbol, bid, ts FROM quotes;
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n, AVG(price) AS average FROM everything
GROUP BY symbol, w;
-- REFERENCE
SELECT symbol, {'start': time_bucket(INTERVAL '1 minute', ts, TIMESTAMP '1970-01-01'), 'end': time_bucket(INTERVAL
'1 minute', ts, TIMESTAMP '1970-01-01') + INTERVAL '1 minute'} AS w, count(*) AS n,
laminar_exact_value(laminar_exact_sum(price)) / count(price) AS average FROM (SELECT symbol, price, ts FROM {trades}
UNION ALL SELECT symbol, bid, ts FROM {quotes}) GROUP BY ALL;

-- CASE a union of windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY symbol, w UNION ALL
SELECT symbol, TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM quotes GROUP BY symbol, w;

-- CASE a window over a union of windows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- LATE quotes: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT w, SUM(n) AS n FROM (SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades GROUP BY w
UNION ALL SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM quotes GROUP BY w) GROUP BY w;

-- CASE a stored table
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT a.sector, TUMBLE(t.ts, INTERVAL '1 minute') AS w, SUM(t.quantity * a.weight) AS q FROM trades AS t JOIN
accounts AS a ON a.symbol = t.symbol GROUP BY a.sector, w;

-- CASE a stored table with rows that are missing there
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT coalesce(a.sector, 'unknown') AS sector, TUMBLE(t.ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM
trades AS t LEFT JOIN accounts AS a USING (symbol) GROUP BY 1, 2;

-- CASE rows that a stored table knows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades WHERE symbol IN (SELECT symbol FROM
accounts WHERE sector = 'metals') GROUP BY w;

-- CASE no state at all
-- QUERY
SELECT symbol, price * 2 AS twice, sector FROM trades LEFT JOIN accounts USING (symbol) WHERE side = 'buy';

-- CASE no state over two streams
-- QUERY
SELECT symbol, price, ts FROM trades WHERE price > 100 UNION ALL SELECT symbol, ask, ts FROM quotes WHERE ask
> 100;

-- CASE unnested rows
-- LATE trades: time_bucket(INTERVAL '1 minute', $, TIMESTAMP '1970-01-01')
-- QUERY
SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, v, COUNT(*) AS n FROM (SELECT ts, unnest([quantity % 3, 7]) AS v
FROM trades) GROUP BY w, v;
