-- Every problem of a script is shown, and nothing runs.
SELECT 1 AS one;
SELEC 2;
SELECT 3 AS three FROM;
CREATE TABEL t (n INTEGER);
SELECT (1 + 2 AS x;
SELECT 'four' AS four;
CREATE CONNECTION c TO websocket (mode = );
