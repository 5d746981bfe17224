-- args: check {file}
SELECT E'a\0b';
SELECT E'\x00';
SELECT E'\400';
SELECT E'caf\xe9 au lait';
SELECT E'\xzz', E'\u12', E'\ud83d';
SELECT E'\u0000';
