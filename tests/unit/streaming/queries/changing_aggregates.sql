-- Changing aggregates.

-- CASE by key
-- QUERY
SELECT symbol, COUNT(*) AS n, SUM(quantity) AS q, MIN(price) AS low, MAX(ts) AS latest FROM trades GROUP BY
symbol;

-- CASE by two keys, of every type of number
-- QUERY
SELECT symbol, side, SUM(fee) AS fees, AVG(quantity) AS a, AVG(price) AS p, SUM(price) AS total,
BOOL_OR(quantity > 30) AS large FROM trades GROUP BY symbol, side;

-- CASE of everything
-- QUERY
SELECT COUNT(*) AS n, SUM(quantity) AS q, AVG(fee) AS f FROM trades;

-- CASE of everything, by rows
-- QUERY
SELECT MEDIAN(price) AS m, COUNT(DISTINCT symbol) AS s FROM trades;

-- CASE counts of every kind
-- QUERY
SELECT side, COUNT_IF(price > 100) AS high, COUNT(price) AS n, COUNT(*) AS rows, COUNT(*) FILTER (WHERE quantity > 10) AS
many FROM trades GROUP BY side;

-- CASE a count of a column, whose rows look like what is made of them
-- QUERY
SELECT symbol, COUNT(quantity) AS n FROM trades GROUP BY symbol;

-- CASE the commonest aggregates of columns
-- QUERY
SELECT side, COUNT(*) AS n, COUNT(price) AS prices, SUM(quantity) AS q, SUM(fee) AS f, MIN(price) AS low, MAX(price) AS
high, MIN(symbol) AS s, MAX(ts) AS latest, AVG(quantity) AS aq, AVG(fee) AS af FROM trades GROUP BY side;

-- CASE the commonest aggregates of columns, sums in the order of the rows
-- QUERY
SELECT symbol, side, SUM(price) AS total, AVG(price) AS p, COUNT(*) AS n, FIRST(price) AS opened, LAST(price) AS closed,
ANY_VALUE(fee) AS f FROM trades GROUP BY symbol, side HAVING COUNT(price) > 2;

-- CASE groups by numbers
-- QUERY
SELECT quantity, price, fee, COUNT(*) AS n, MAX(side) AS s FROM trades GROUP BY quantity, price, fee;

-- CASE the commonest aggregates of everything
-- QUERY
SELECT SUM(price) AS total, AVG(price) AS p, AVG(fee) AS f, LAST(side) AS s, MAX(symbol) AS m FROM trades;

-- CASE results that are the same for several groups
-- QUERY
SELECT COUNT(*) AS n, MAX(side) AS s FROM trades GROUP BY symbol, quantity;

-- CASE HAVING
-- QUERY
SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol HAVING COUNT(*) > 25;

-- CASE HAVING that groups leave again
-- QUERY
SELECT symbol, SUM(quantity) AS q FROM trades GROUP BY symbol HAVING SUM(quantity) BETWEEN 100 AND 480;

-- CASE WHERE and computed keys
-- QUERY
SELECT upper(side) AS s, quantity % 3 AS k, COUNT(*) AS n FROM trades WHERE price > 50 GROUP BY 1, 2;

-- CASE MEDIAN
-- QUERY
SELECT symbol, MEDIAN(price) AS m, QUANTILE_CONT(quantity, 0.9) AS q FROM trades GROUP BY symbol;

-- CASE COUNT DISTINCT
-- QUERY
SELECT symbol, COUNT(DISTINCT side) AS sides, COUNT(DISTINCT quantity) AS quantities FROM trades GROUP BY
symbol;

-- CASE FILTER
-- QUERY
SELECT side, COUNT(*) FILTER (WHERE price > 100) AS n, SUM(quantity) FILTER (WHERE symbol = 'AAA') AS q FROM
trades GROUP BY side;

-- CASE lists in order
-- QUERY
SELECT symbol, list(quantity ORDER BY quantity, fee) AS q, string_agg(side, ',' ORDER BY fee, side) AS s FROM trades
GROUP BY symbol;

-- CASE lists in the order of arrival
-- QUERY
SELECT symbol, list(quantity) AS q, LAST(price) AS p FROM trades GROUP BY symbol;

-- CASE spread
-- QUERY
SELECT symbol, STDDEV(price) AS s, CORR(price, quantity) AS c FROM trades GROUP BY symbol;

-- CASE GROUPING SETS
-- QUERY
SELECT symbol, side, COUNT(*) AS n FROM trades GROUP BY GROUPING SETS ((symbol), (side), ());

-- CASE ROLLUP
-- QUERY
SELECT symbol, side, SUM(quantity) AS q FROM trades GROUP BY ROLLUP (symbol, side);

-- CASE ROLLUP with a group whose row is that of no rows
-- QUERY
SELECT side, SUM(CASE WHEN side IS NOT NULL THEN quantity END) AS q FROM trades GROUP BY ROLLUP (side);

-- CASE CUBE with groups whose rows are that of no rows
-- QUERY
SELECT side, symbol, MAX(CASE WHEN side IS NOT NULL THEN price END) AS p FROM trades GROUP BY CUBE (side, symbol);

-- CASE of everything, NULL at first
-- QUERY
SELECT MEDIAN(CASE WHEN quantity > 30 THEN price END) AS m FROM trades;

-- CASE of everything, NULL at first, by parts
-- QUERY
SELECT SUM(CASE WHEN quantity > 30 THEN quantity END) AS q FROM trades;

-- CASE of nothing
-- QUERY
SELECT COUNT(*) AS n, SUM(price) AS s, MAX(quantity) AS q FROM trades WHERE quantity > 1000000;

-- CASE of nothing, by rows
-- QUERY
SELECT COUNT(DISTINCT symbol) AS n, MEDIAN(price) AS m FROM trades WHERE quantity > 1000000;

-- CASE of nothing, ROLLUP
-- QUERY
SELECT symbol, COUNT(*) AS n FROM trades WHERE quantity > 1000000 GROUP BY ROLLUP (symbol);

-- CASE HAVING of everything
-- QUERY
SELECT COUNT(*) AS n, SUM(quantity) AS q FROM trades HAVING COUNT(*) > 50 OR COUNT(*) = 0;

-- CASE DISTINCT
-- QUERY
SELECT DISTINCT symbol, side FROM trades;

-- CASE keys alone
-- QUERY
SELECT symbol FROM trades GROUP BY symbol;

-- CASE a union
-- QUERY
SELECT symbol, COUNT(*) AS n FROM (SELECT symbol FROM trades UNION ALL SELECT symbol FROM quotes) GROUP BY
symbol;

-- CASE a stored table
-- QUERY
SELECT a.sector, SUM(t.quantity * a.weight) AS q FROM trades AS t JOIN accounts AS a USING (symbol) GROUP BY
a.sector;

-- CASE the first and the last to come
-- QUERY
SELECT symbol, ARG_MAX(price, ts) AS latest, MIN(ts) AS since FROM trades WHERE price IS NOT NULL AND ts IS
NOT NULL GROUP BY symbol;
-- REFERENCE
SELECT symbol, arg_max(price, ts) AS latest, min(ts) AS since FROM trades WHERE price IS NOT NULL AND ts IS
NOT NULL GROUP BY symbol;
