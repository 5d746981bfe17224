-- Pipelines run over every row: into a stored table, and printed.
CREATE CONNECTION numbers TO generator (max_rows = 100, rows_per_second = 1000);
CREATE TABLE evens (n BIGINT, label TEXT);
CREATE PIPELINE filter_even AS INSERT INTO evens SELECT counter AS n, 'n' || counter AS label FROM numbers WHERE counter % 2 = 0;
CREATE PIPELINE tens AS SELECT counter // 10 AS ten FROM numbers WHERE counter > 0 AND counter % 10 = 0 AND counter < 40;
WAIT FOR evens COUNT 50 TIMEOUT INTERVAL '60 seconds';
WAIT FOR tens COUNT 3 TIMEOUT INTERVAL '60 seconds';
SELECT COUNT(*) AS rows, MIN(n % 2) AS odd FROM evens;
SELECT name, state IN ('running', 'finished') AS healthy, sink, errors FROM system.pipelines ORDER BY name;
DROP CONNECTION numbers CASCADE;
