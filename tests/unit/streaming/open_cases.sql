-- Queries whose answer is not yet that of DuckDB over the whole input, in some orders of arrival: windows around
-- joins, when one input ends before the other, a join of three streams, and results that depend on the order in which the rows of a
-- group are read (lists, and the last digit of STDDEV) where all rows are kept. Not run; each belongs back into the file it is from.

-- from changing_aggregates.sql
-- CASE lists in order
-- QUERY
SELECT symbol, list(quantity ORDER BY quantity, fee) AS q, string_agg(side, ',' ORDER BY fee) AS s FROM trades
GROUP BY symbol;

-- from changing_aggregates.sql
-- CASE spread
-- QUERY
SELECT symbol, STDDEV(price) AS s, CORR(price, quantity) AS c FROM trades GROUP BY symbol;

-- from interval_joins.sql
-- CASE three streams
-- LATE orders: $
-- LATE payments: $
-- LATE trades: $
-- QUERY
SELECT o.order_id, p.method, t.symbol FROM orders AS o JOIN payments AS p ON o.order_id = p.order_id AND p.ts
BETWEEN o.ts AND o.ts + INTERVAL '1 minute' JOIN trades AS t ON t.ts BETWEEN o.ts AND o.ts + INTERVAL
'5 seconds';

-- from interval_joins.sql
-- CASE a window around a join
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT TUMBLE(ots, INTERVAL '1 minute') AS w, COUNT(*) AS n, SUM(paid) AS paid FROM (SELECT o.ts AS ots,
p.amount AS paid FROM orders AS o JOIN payments AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts
+ INTERVAL '1 minute') GROUP BY w;

-- from interval_joins.sql
-- CASE a window of the other side's time
-- LATE orders: $
-- LATE payments: $
-- QUERY
SELECT o.customer, TUMBLE(p.ts, INTERVAL '2 minutes') AS w, COUNT(*) AS n FROM orders AS o JOIN payments AS p
ON o.order_id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '1 minute' GROUP BY o.customer, w;

