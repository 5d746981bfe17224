-- Types and clauses as readers of other systems write them.
CREATE TABLE spelled (
    a BIGINT UNSIGNED, b INT UNSIGNED, c TINYINT UNSIGNED, d ARRAY<TEXT>, e MAP<TEXT, ARRAY<INT>>, f STRUCT<a INT, b: STRING>,
    g STRING, h BYTES, i ARRAY<STRUCT<x DOUBLE, y MAP<TEXT, BIGINT UNSIGNED>>>, j ARRAY<DECIMAL(10, 2)>[]
);
DESCRIBE spelled;
SELECT CAST('7' AS BIGINT UNSIGNED) AS a, CAST(['1'] AS ARRAY<INT>) AS b, [1]::ARRAY<TEXT> AS c, CAST(MAP {'a': 1} AS MAP<STRING, STRING>) AS d;
-- Comparisons stay comparisons, and a column may still be called unsigned.
SELECT array < 2 AND map > 1 AS compared, map >> 1 AS shifted, bigint unsigned FROM (SELECT 1 AS array, 4 AS map, 5 AS bigint);
