-- args: run --quiet --log-level off --format csv {file}
SELECT 'plain' AS name, 1 AS number, NULL AS nothing, '' AS empty;
SELECT 'comma, "quote"' AS a, 'two
lines' AS b;
