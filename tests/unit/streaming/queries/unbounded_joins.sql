-- Joins without a bound in time.

-- CASE INNER
-- QUERY
SELECT o.order_id, o.customer, p.method, p.amount FROM orders AS o JOIN payments AS p ON o.order_id =
p.order_id;

-- CASE USING
-- QUERY
SELECT order_id, o.amount - p.amount AS open FROM orders AS o JOIN payments AS p USING (order_id) WHERE
o.amount <> p.amount;

-- CASE LEFT
-- QUERY
SELECT o.order_id, o.customer, p.method FROM orders AS o LEFT JOIN payments AS p ON o.order_id = p.order_id;

-- CASE RIGHT
-- QUERY
SELECT o.order_id, o.customer, p.method FROM orders AS o RIGHT JOIN payments AS p ON o.order_id = p.order_id;

-- CASE FULL
-- QUERY
SELECT order_id, o.customer, p.method FROM orders AS o FULL JOIN payments AS p USING (order_id);

-- CASE SEMI
-- QUERY
SELECT o.order_id, o.customer FROM orders AS o SEMI JOIN payments AS p ON o.order_id = p.order_id;

-- CASE ANTI
-- QUERY
SELECT o.order_id, o.customer FROM orders AS o ANTI JOIN payments AS p ON o.order_id = p.order_id;

-- CASE with a changing side
-- QUERY
SELECT o.order_id, o.amount, paid.total FROM orders AS o JOIN (SELECT order_id, SUM(amount) AS total FROM
payments GROUP BY order_id) AS paid ON o.order_id = paid.order_id;

-- CASE grouped
-- QUERY
SELECT o.customer, COUNT(*) AS n, SUM(p.amount) AS paid FROM orders AS o JOIN payments AS p ON o.order_id =
p.order_id GROUP BY o.customer;

-- CASE an outer join, grouped
-- QUERY
SELECT o.customer, COUNT(p.order_id) AS paid, COUNT(*) AS n FROM orders AS o LEFT JOIN payments AS p ON
o.order_id = p.order_id GROUP BY o.customer;
