-- A service that is killed and goes on: what is declared and stored outlasts the process.
--
-- Run it with:  laminar run sql_examples/durable.sql --data-dir /tmp/shop
-- and end it with kill -9 whenever you like; the same command goes on from there. A copy of it all, while it runs or not:
--               laminar backup /tmp/shop TO /tmp/shop.tar

-- The script is the same for every start. What is declared as before is kept, with its rows ...
CREATE TABLE starts (at TIMESTAMP);
CREATE TABLE orders (id BIGINT PRIMARY KEY, customer TEXT, amount DECIMAL(10, 2));

-- ... and statements are executed each time: this one counts the starts.
INSERT INTO starts VALUES (NOW());

-- What earlier processes have left. The first has nothing.
SELECT (SELECT COUNT(*) FROM starts) AS starts, (SELECT COUNT(*) FROM orders) AS orders_before;

-- A feed; here one that is made up. By the key no order is there twice, also when it comes again.
CREATE CONNECTION shop TO generator (rows_per_second = 500, max_rows = 1000);
CREATE TABLE incoming (counter BIGINT) WITH (connector = 'shop');

CREATE PIPELINE keeping AS
INSERT INTO orders
SELECT counter AS id, 'customer ' || (counter % 7) AS customer, CAST(counter % 100 AS DECIMAL(10, 2)) AS amount
FROM incoming;
