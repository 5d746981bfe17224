-- 0.0 and -0.0 are one group, and two values: a result that changes from one to the other has changed.
CREATE CONNECTION feed TO file (path = 'signed_zero.ndjson', rate = 5);
CREATE TABLE r (k TEXT, v DOUBLE) WITH (connector = 'feed');
CREATE TABLE latest_values (k TEXT PRIMARY KEY, v DOUBLE);
CREATE TABLE listed_values (k TEXT PRIMARY KEY, v DOUBLE, l DOUBLE[]);
CREATE PIPELINE latest AS INSERT INTO latest_values SELECT k, LAST(v) AS v FROM r GROUP BY k;
CREATE PIPELINE listed AS INSERT INTO listed_values SELECT k, LAST(v) AS v, CAST([] AS DOUBLE[]) AS l FROM r GROUP BY k;
WAIT FOR r COUNT 2 TIMEOUT INTERVAL '60 seconds';
SELECT k, CAST(v AS TEXT) AS v FROM latest_values;
SELECT k, CAST(v AS TEXT) AS v FROM listed_values;
SELECT k, CAST(LAST(v) AS TEXT) AS v FROM r GROUP BY k;
