-- All fields of a connection, some of whose names differ in case alone.
CREATE CONNECTION feed TO file (path = 'json_case.ndjson');
CREATE PIPELINE everything AS SELECT *, t + 1 AS next FROM feed;
