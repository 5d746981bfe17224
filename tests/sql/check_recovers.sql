-- args: check {file}
CREATE TABLE broken (n INTEGER,,);
SELECT n FROM broken;
SELECT 1 FRM x y z;
SELECT n FROM really_missing;
