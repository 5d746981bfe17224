-- args: check {file}
-- Which time a window goes by where the query names none.
CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'wss://example.com', format = 'json');
CREATE TABLE dated (k TEXT, v DOUBLE, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');
CREATE TABLE undated (k TEXT, v DOUBLE) WITH (connector = 'feed');
CREATE TABLE sink WITH (connector = 'feed');
CREATE PIPELINE of_table AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM dated GROUP BY w;
CREATE PIPELINE by_arrival AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM undated GROUP BY w;
CREATE PIPELINE of_connection AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM (SELECT * FROM feed) GROUP BY w;
CREATE VIEW renamed AS SELECT k, ts AS at FROM dated;
CREATE PIPELINE of_view AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM renamed GROUP BY w;
CREATE PIPELINE of_list AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM renamed AS r(a, b) GROUP BY w;
CREATE PIPELINE minutes AS SELECT k, TUMBLE(ts, INTERVAL '1 minute') AS w, LAST_VALUE(v) AS v FROM dated GROUP BY k, w;
CREATE PIPELINE of_pipeline AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 hour') AS w, FIRST_VALUE(v) AS v FROM minutes GROUP BY 1;
CREATE PIPELINE of_union AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n
FROM (SELECT k, ts FROM dated UNION ALL SELECT k, at FROM renamed) GROUP BY w;
CREATE VIEW timeless AS SELECT k, v FROM dated;
CREATE PIPELINE of_timeless AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n FROM timeless GROUP BY w;
CREATE PIPELINE of_two AS INSERT INTO sink SELECT TUMBLE(INTERVAL '1 minute') AS w, COUNT(*) AS n
FROM dated AS a JOIN dated AS b ON a.ts = b.ts GROUP BY w;
SELECT FIRST_VALUE(v) FROM timeless;
SELECT LAST_VALUE(v, k) FROM dated;
