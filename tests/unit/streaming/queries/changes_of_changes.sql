-- Changes of changes.

-- CASE groups by their size
-- QUERY
SELECT n, COUNT(*) AS symbols FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol) GROUP BY n;

-- CASE a total of groups that enter and leave
-- QUERY
SELECT COUNT(*) AS groups, SUM(q) AS q FROM (SELECT symbol, side, SUM(quantity) AS q FROM trades GROUP BY
symbol, side HAVING COUNT(*) > 8);

-- CASE a filter
-- QUERY
SELECT symbol, n * 2 AS twice FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol) WHERE n % 2 = 0;

-- CASE extremes
-- QUERY
SELECT MAX(n) AS most, MIN(n) AS least, MEDIAN(n) AS middle FROM (SELECT symbol, side, COUNT(*) AS n FROM
trades GROUP BY symbol, side);

-- CASE three deep
-- QUERY
SELECT k, COUNT(*) AS c FROM (SELECT n % 3 AS k, SUM(n) AS s FROM (SELECT symbol, side, COUNT(*) AS n FROM
trades GROUP BY ALL) GROUP BY n) GROUP BY k;

-- CASE ranks
-- QUERY
SELECT symbol, n, RANK() OVER (ORDER BY n DESC) AS place FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP
BY symbol) QUALIFY place <= 2;

-- CASE a pipeline that reads a changing pipeline
-- SETUP
CREATE PIPELINE counts AS SELECT symbol, side, COUNT(*) AS n FROM trades GROUP BY symbol, side;
-- QUERY
SELECT n, COUNT(*) AS symbols FROM counts GROUP BY n;

-- CASE a filter on a changing pipeline
-- SETUP
CREATE PIPELINE counts AS SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol;
-- QUERY
SELECT symbol FROM counts WHERE n > 20;

-- CASE windows, counted
-- LATE trades: time_bucket(INTERVAL '1 minute', $)
-- QUERY
SELECT n, COUNT(*) AS minutes FROM (SELECT TUMBLE(ts, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM trades
GROUP BY w) GROUP BY n;

-- CASE changing rows and a stored table
-- QUERY
SELECT a.sector, MAX(c.n) AS most FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol) AS c JOIN
accounts AS a ON a.symbol = c.symbol GROUP BY a.sector;

-- CASE two changing sides
-- QUERY
SELECT t.symbol, t.n, q.m FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol) AS t FULL JOIN
(SELECT symbol, COUNT(*) AS m FROM quotes GROUP BY symbol) AS q ON t.symbol = q.symbol;

-- CASE sums of what differs in its last digits
-- QUERY
SELECT side, COUNT(*) AS n, SUM(s) AS total FROM (SELECT symbol, side, STDDEV(price) AS s FROM trades GROUP BY symbol,
side) GROUP BY side;
-- REFERENCE
SELECT side, count(*) AS n, sum(s ORDER BY s) AS total FROM (SELECT symbol, side, stddev(price) AS s FROM {trades} GROUP
BY symbol, side) GROUP BY side;

-- CASE the last row of each key, counted
-- QUERY
SELECT side, COUNT(*) AS n FROM (SELECT * FROM trades QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY
quantity DESC) = 1) GROUP BY side;
-- REFERENCE
SELECT side, COUNT(*) AS n FROM (SELECT * FROM trades QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY
quantity DESC, symbol, price, fee, side, ts) = 1) GROUP BY side;

-- CASE groups that come and go, counted
-- QUERY
SELECT COUNT(*) AS n FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol HAVING COUNT(*) = 1) AS q;

-- CASE groups that come and go, counted by another pipeline
-- SETUP
CREATE PIPELINE lonely AS SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol HAVING COUNT(*) = 1;
-- QUERY
SELECT COUNT(*) AS n, MAX(symbol) AS s FROM lonely;

-- CASE ROLLUP of groups that come and go
-- QUERY
SELECT n, SUM(n) AS s, COUNT(*) AS c FROM (SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol HAVING COUNT(*) < 3)
AS q GROUP BY ROLLUP (n);
