-- args: check {file}
CREATE TABLE a ("T" INTEGER, "t" INTEGER);
CREATE TABLE b ("t" INTEGER, "T" INTEGER, v INTEGER);
SELECT a FROM a;
SELECT to_json(a) FROM a;
SELECT COLUMNS('(.*)') AS "x_\1" FROM a;
CREATE VIEW twice(x, X) AS SELECT 1, 2;
CREATE CONNECTION one TO file (path = 'json_case.ndjson');
CREATE CONNECTION two TO file (path = 'json_case.ndjson');
CREATE PIPELINE both AS SELECT "T", t FROM (SELECT * FROM one WHERE t = 1 AND "T" = 2 UNION ALL SELECT * FROM two WHERE "T" = 1 AND t = 2);
SELECT struct_pack(COLUMNS(*)) FROM a;
