-- An aggregate without GROUP BY has an answer over no rows, too: at the end of its inputs at the latest.
CREATE CONNECTION feed TO file (path = 'no_rows.ndjson');
CREATE TABLE r (k TEXT, v INTEGER) WITH (connector = 'feed');
CREATE PIPELINE answers AS
    SELECT 'counted' AS what, n::TEXT AS value FROM (SELECT COUNT(*) AS n FROM r)
    UNION ALL SELECT 'sum', coalesce(s::TEXT, 'NULL') FROM (SELECT SUM(v) AS s FROM r)
    UNION ALL SELECT 'middle', coalesce(m::TEXT, 'NULL') FROM (SELECT MEDIAN(v) AS m FROM r)
    UNION ALL SELECT 'grouped', n::TEXT FROM (SELECT k, COUNT(*) AS n FROM r GROUP BY k)
    UNION ALL SELECT 'rolled up', coalesce(k, 'NULL') || n FROM (SELECT k, COUNT(*) AS n FROM r GROUP BY ROLLUP (k))
    UNION ALL SELECT 'fewer than 3', n::TEXT FROM (SELECT COUNT(*) AS n FROM r HAVING COUNT(*) < 3)
    UNION ALL SELECT 'more than 3', n::TEXT FROM (SELECT COUNT(*) AS n FROM r HAVING COUNT(*) > 3)
    UNION ALL SELECT 'of the count', most || ' of ' || c FROM (SELECT MAX(n) AS most, COUNT(*) AS c FROM (SELECT COUNT(*) AS n FROM r));
