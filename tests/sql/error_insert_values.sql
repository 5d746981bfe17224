-- args: check {file}
-- What does not fit a column is told of by its name, and DEFAULT stands alone.
CREATE TABLE t (a INT, l INT[], d DOUBLE);
INSERT INTO t (a) VALUES (1), ([2]);
INSERT INTO t (l) VALUES ([1]), (2);
INSERT INTO t (d) VALUES (1.5), ('abc');
INSERT INTO t (a) VALUES (DEFAULT + 1);
INSERT INTO t (a) SELECT DEFAULT;
INSERT INTO t (a, nothing) VALUES (DEFAULT, DEFAULT);
