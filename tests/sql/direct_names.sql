-- What a name means does not depend on the messages: b is a field of connection b, and s the item of that name.
CREATE CONNECTION b TO file (path = 'json_fields.ndjson');
CREATE TABLE labels (b BIGINT, label TEXT);
INSERT INTO labels VALUES (1, 'one'), (2, 'two');
CREATE TABLE fields (b BIGINT, qualified BIGINT, "E" BIGINT);
CREATE PIPELINE fields_of_b AS INSERT INTO fields SELECT b, b.b, "E" FROM b;
CREATE TABLE items (s BIGINT, next BIGINT);
CREATE PIPELINE items_of_b AS INSERT INTO items SELECT b * 10 AS s, s + 1 AS next FROM b WHERE s = 'X';
CREATE TABLE joined (label TEXT, next BIGINT);
CREATE PIPELINE labels_of_b AS INSERT INTO joined
SELECT label, next FROM (SELECT *, b * 10 AS s, s + 1 AS next FROM b) AS feed JOIN labels ON feed.b = labels.b;
CREATE TABLE absent (nothing TEXT);
CREATE PIPELINE none_of_b AS INSERT INTO absent SELECT none FROM b AS none;
WAIT FOR fields COUNT 3 TIMEOUT INTERVAL '1 minute';
WAIT FOR items COUNT 1 TIMEOUT INTERVAL '1 minute';
WAIT FOR joined COUNT 2 TIMEOUT INTERVAL '1 minute';
WAIT FOR absent COUNT 3 TIMEOUT INTERVAL '1 minute';
SELECT * FROM fields;
SELECT * FROM items;
SELECT * FROM joined;
SELECT * FROM absent;
