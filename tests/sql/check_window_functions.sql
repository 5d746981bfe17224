-- args: check {file}
-- What looks at all rows has no answer in the order of time; with an order of its own a function goes by its frame.
CREATE CONNECTION feed TO generator;
CREATE TABLE r (counter BIGINT, timestamp TIMESTAMP) WITH (connector = 'feed', event_time_field = 'timestamp');
CREATE PIPELINE leading AS SELECT LEAD(counter IGNORE NULLS) OVER (ORDER BY timestamp) AS l FROM r;
CREATE PIPELINE lagging AS SELECT LAG(counter, 2 IGNORE NULLS) OVER (PARTITION BY counter ORDER BY timestamp) AS l FROM r;
CREATE PIPELINE ordered AS SELECT LAG(counter, 1 ORDER BY counter % 3) OVER (ORDER BY timestamp) AS l FROM r;
CREATE PIPELINE framed AS
SELECT LAG(counter, 1 ORDER BY counter % 3) OVER (ORDER BY timestamp ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING) AS l FROM r;
CREATE PIPELINE ranked AS SELECT counter FROM r QUALIFY ROW_NUMBER(ORDER BY counter) OVER (ORDER BY timestamp) <= 3;
