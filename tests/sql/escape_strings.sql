-- E'...' goes by PostgreSQL's rules: octal and hexadecimal escapes are bytes, \u and \U characters, pairs of halves too.
SELECT E'a\tb\n\r\b\f\\\'' AS simple, E'\101\x41\x4a\u00e9\U0001f600' AS numbers, E'\xc3\xa9\303\251' AS bytes;
SELECT E'\ud83d\ude00' AS pair, E'\q\"' AS others, E'it''s \36' || '.' AS mixed, length(E'\036') AS separator;
SELECT E'\7a' || '' = chr(7) || 'a' AS octal_of_one, E'\1234' = 'S4' AS octal_of_three, E'\x4g' = chr(4) || 'g' AS hexadecimal_of_one;
