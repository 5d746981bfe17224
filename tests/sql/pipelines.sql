-- Pipelines run over every row: into a stored table, and printed.
CREATE CONNECTION numbers TO generator (max_rows = 100);
CREATE TABLE evens (n BIGINT, label TEXT);
CREATE PIPELINE filter_even AS INSERT INTO evens SELECT counter AS n, 'n' || counter AS label FROM numbers WHERE counter % 2 = 0;
WAIT FOR evens COUNT 50 TIMEOUT INTERVAL '60 seconds';
SELECT COUNT(*) AS rows, SUM(n % 2) AS odd, COUNT(DISTINCT label) AS labels FROM evens;

CREATE CONNECTION others TO generator (max_rows = 40);
CREATE PIPELINE tens AS SELECT counter // 10 AS ten FROM others WHERE counter % 10 = 5;
WAIT FOR tens COUNT 4 TIMEOUT INTERVAL '60 seconds';
SELECT name, state IN ('running', 'finished') AS healthy, sink, rows_out, errors FROM system.pipelines ORDER BY name;
DROP CONNECTION numbers CASCADE;
DROP CONNECTION others CASCADE;
