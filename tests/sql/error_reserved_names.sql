-- args: check {file}
CREATE CONNECTION feed TO file (path = 'readings.ndjson');
CREATE TABLE readings (k TEXT, "__laminar_k" TEXT) WITH (connector = 'feed');
CREATE TABLE good (k TEXT, own TEXT WITH (json_path = '$.__laminar_k')) WITH (connector = 'feed');
CREATE PIPELINE named AS SELECT __laminar_message_id FROM feed;
CREATE PIPELINE qualified AS SELECT k FROM feed WHERE feed."__Present_k" = 1;
CREATE PIPELINE through AS SELECT k, __laminar_x FROM (SELECT * FROM feed) AS inside;
CREATE PIPELINE aliased AS SELECT k AS __laminar_k FROM feed;
CREATE PIPELINE listed AS SELECT * FROM good AS x(__laminar_k);
CREATE PIPELINE renamed AS SELECT * RENAME (k AS __laminar_k) FROM good;
CREATE PIPELINE common AS WITH x(__present_k) AS (SELECT k FROM good) SELECT 1 AS one FROM x;
CREATE VIEW viewed(__laminar_k) AS SELECT k FROM good;
CREATE VIEW aliased_inside AS SELECT k AS __laminar_k FROM good;
CREATE TABLE made AS SELECT 1 AS "__PRESENT_x";
SELECT 1 AS "t﷐";
CREATE TABLE marked ("t﷐" INTEGER);
SELECT __laminar_message_id FROM good;
