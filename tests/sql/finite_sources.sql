-- A run ends by itself when every source is done.
CREATE CONNECTION numbers TO generator (max_rows = 3);
SUBSCRIBE TO (SELECT counter >= 0 AS seen FROM numbers);
