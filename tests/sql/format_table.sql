-- args: run --quiet --log-level off --format table {file}
SELECT 'text' AS name, 1 AS number, NULL AS nothing UNION ALL SELECT '日本', 1000000, NULL ORDER BY number;
SELECT 1 AS x WHERE false;
SELECT 'a tab	here' AS "a name with spaces";
