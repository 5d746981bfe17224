-- args: check {file}
CREATE TABLE twice (Price INTEGER, price INTEGER);
CREATE TABLE once ("Price" INTEGER, "price" INTEGER);
SELECT PRICE FROM once;
SELECT price, "Price" FROM once;
CREATE TABLE same ("Price" INTEGER, "Price" INTEGER);
