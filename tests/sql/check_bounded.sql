-- args: check {file}
-- Functions, views and common tables that each use the former twice double with every step. However many there are, the
-- check ends soon, and says at which of them it is too much.

CREATE FUNCTION f0(x) AS x + 1;
CREATE FUNCTION f1(x) AS f0(x) + f0(x);
CREATE FUNCTION f2(x) AS f1(x) + f1(x);
CREATE FUNCTION f3(x) AS f2(x) + f2(x);
CREATE FUNCTION f4(x) AS f3(x) + f3(x);
CREATE FUNCTION f5(x) AS f4(x) + f4(x);
CREATE FUNCTION f6(x) AS f5(x) + f5(x);
CREATE FUNCTION f7(x) AS f6(x) + f6(x);
CREATE FUNCTION f8(x) AS f7(x) + f7(x);
CREATE FUNCTION f9(x) AS f8(x) + f8(x);
CREATE FUNCTION f10(x) AS f9(x) + f9(x);
CREATE FUNCTION f11(x) AS f10(x) + f10(x);
CREATE FUNCTION f12(x) AS f11(x) + f11(x);
CREATE FUNCTION f13(x) AS f12(x) + f12(x);
CREATE FUNCTION f14(x) AS f13(x) + f13(x);
CREATE FUNCTION f15(x) AS f14(x) + f14(x);
CREATE FUNCTION f16(x) AS f15(x) + f15(x);
CREATE FUNCTION f17(x) AS f16(x) + f16(x);
CREATE FUNCTION f18(x) AS f17(x) + f17(x);
CREATE FUNCTION f19(x) AS f18(x) + f18(x);
CREATE FUNCTION f20(x) AS f19(x) + f19(x);
CREATE FUNCTION f21(x) AS f20(x) + f20(x);
CREATE FUNCTION f22(x) AS f21(x) + f21(x);
CREATE FUNCTION f23(x) AS f22(x) + f22(x);
CREATE FUNCTION f24(x) AS f23(x) + f23(x);
CREATE FUNCTION f25(x) AS f24(x) + f24(x);
CREATE FUNCTION g0(x) AS x + x;
CREATE FUNCTION g1(x) AS g0(g0(x));
CREATE FUNCTION g2(x) AS g1(g1(x));
CREATE FUNCTION g3(x) AS g2(g2(x));
CREATE FUNCTION g4(x) AS g3(g3(x));
CREATE FUNCTION g5(x) AS g4(g4(x));
CREATE FUNCTION g6(x) AS g5(g5(x));
CREATE FUNCTION g7(x) AS g6(g6(x));
CREATE FUNCTION g8(x) AS g7(g7(x));
CREATE FUNCTION g9(x) AS g8(g8(x));
CREATE FUNCTION g10(x) AS g9(g9(x));
CREATE FUNCTION g11(x) AS g10(g10(x));
CREATE FUNCTION g12(x) AS g11(g11(x));
CREATE FUNCTION g13(x) AS g12(g12(x));
CREATE FUNCTION g14(x) AS g13(g13(x));
CREATE FUNCTION g15(x) AS g14(g14(x));
CREATE FUNCTION g16(x) AS g15(g15(x));
CREATE FUNCTION g17(x) AS g16(g16(x));
CREATE FUNCTION g18(x) AS g17(g17(x));
CREATE FUNCTION g19(x) AS g18(g18(x));
CREATE FUNCTION g20(x) AS g19(g19(x));
CREATE FUNCTION g21(x) AS g20(g20(x));
CREATE FUNCTION g22(x) AS g21(g21(x));
CREATE FUNCTION g23(x) AS g22(g22(x));
CREATE FUNCTION g24(x) AS g23(g23(x));
CREATE FUNCTION g25(x) AS g24(g24(x));
CREATE FUNCTION h0() AS 1; CREATE FUNCTION h1() AS h0();
CREATE FUNCTION h2() AS h1() + h0();
CREATE FUNCTION h3() AS h2() + h1();
CREATE FUNCTION h4() AS h3() + h2();
CREATE FUNCTION h5() AS h4() + h3();
CREATE FUNCTION h6() AS h5() + h4();
CREATE FUNCTION h7() AS h6() + h5();
CREATE FUNCTION h8() AS h7() + h6();
CREATE FUNCTION h9() AS h8() + h7();
CREATE FUNCTION h10() AS h9() + h8();
CREATE FUNCTION h11() AS h10() + h9();
CREATE FUNCTION h12() AS h11() + h10();
CREATE FUNCTION h13() AS h12() + h11();
CREATE FUNCTION h14() AS h13() + h12();
CREATE FUNCTION h15() AS h14() + h13();
CREATE FUNCTION h16() AS h15() + h14();
CREATE FUNCTION h17() AS h16() + h15();
CREATE FUNCTION h18() AS h17() + h16();
CREATE FUNCTION h19() AS h18() + h17();
CREATE FUNCTION h20() AS h19() + h18();
CREATE FUNCTION h21() AS h20() + h19();
CREATE FUNCTION h22() AS h21() + h20();
CREATE FUNCTION h23() AS h22() + h21();
CREATE FUNCTION h24() AS h23() + h22();
CREATE FUNCTION h25() AS h24() + h23();
CREATE FUNCTION h26() AS h25() + h24();
CREATE FUNCTION h27() AS h26() + h25();
CREATE FUNCTION h28() AS h27() + h26();
CREATE FUNCTION h29() AS h28() + h27();
CREATE FUNCTION h30() AS h29() + h28();
CREATE FUNCTION h31() AS h30() + h29();
CREATE FUNCTION h32() AS h31() + h30();
CREATE FUNCTION h33() AS h32() + h31();
CREATE FUNCTION h34() AS h33() + h32();
CREATE FUNCTION h35() AS h34() + h33();
CREATE FUNCTION h36() AS h35() + h34();
CREATE FUNCTION h37() AS h36() + h35();
CREATE FUNCTION h38() AS h37() + h36();
CREATE FUNCTION h39() AS h38() + h37();
CREATE TABLE t (a INTEGER);
CREATE VIEW v0 AS SELECT a FROM t;
CREATE VIEW v1 AS SELECT x.a FROM v0 AS x JOIN v0 AS y ON x.a = y.a;
CREATE VIEW v2 AS SELECT x.a FROM v1 AS x JOIN v1 AS y ON x.a = y.a;
CREATE VIEW v3 AS SELECT x.a FROM v2 AS x JOIN v2 AS y ON x.a = y.a;
CREATE VIEW v4 AS SELECT x.a FROM v3 AS x JOIN v3 AS y ON x.a = y.a;
CREATE VIEW v5 AS SELECT x.a FROM v4 AS x JOIN v4 AS y ON x.a = y.a;
CREATE VIEW v6 AS SELECT x.a FROM v5 AS x JOIN v5 AS y ON x.a = y.a;
CREATE VIEW v7 AS SELECT x.a FROM v6 AS x JOIN v6 AS y ON x.a = y.a;
CREATE VIEW v8 AS SELECT x.a FROM v7 AS x JOIN v7 AS y ON x.a = y.a;
CREATE VIEW v9 AS SELECT x.a FROM v8 AS x JOIN v8 AS y ON x.a = y.a;
CREATE VIEW v10 AS SELECT x.a FROM v9 AS x JOIN v9 AS y ON x.a = y.a;
CREATE VIEW v11 AS SELECT x.a FROM v10 AS x JOIN v10 AS y ON x.a = y.a;
CREATE VIEW v12 AS SELECT x.a FROM v11 AS x JOIN v11 AS y ON x.a = y.a;
CREATE VIEW v13 AS SELECT x.a FROM v12 AS x JOIN v12 AS y ON x.a = y.a;
CREATE VIEW v14 AS SELECT x.a FROM v13 AS x JOIN v13 AS y ON x.a = y.a;
CREATE VIEW v15 AS SELECT x.a FROM v14 AS x JOIN v14 AS y ON x.a = y.a;
CREATE VIEW v16 AS SELECT x.a FROM v15 AS x JOIN v15 AS y ON x.a = y.a;
CREATE VIEW v17 AS SELECT x.a FROM v16 AS x JOIN v16 AS y ON x.a = y.a;
CREATE VIEW v18 AS SELECT x.a FROM v17 AS x JOIN v17 AS y ON x.a = y.a;
CREATE VIEW v19 AS SELECT x.a FROM v18 AS x JOIN v18 AS y ON x.a = y.a;
CREATE VIEW v20 AS SELECT x.a FROM v19 AS x JOIN v19 AS y ON x.a = y.a;
CREATE VIEW v21 AS SELECT x.a FROM v20 AS x JOIN v20 AS y ON x.a = y.a;
CREATE VIEW v22 AS SELECT x.a FROM v21 AS x JOIN v21 AS y ON x.a = y.a;
CREATE VIEW v23 AS SELECT x.a FROM v22 AS x JOIN v22 AS y ON x.a = y.a;
CREATE VIEW v24 AS SELECT x.a FROM v23 AS x JOIN v23 AS y ON x.a = y.a;
CREATE VIEW v25 AS SELECT x.a FROM v24 AS x JOIN v24 AS y ON x.a = y.a;
SELECT f9(a) + f9(a) FROM t;
CREATE TABLE d (a INTEGER DEFAULT f11(1));
WITH w0 AS (SELECT a FROM t),
     w1 AS (SELECT x.a FROM w0 AS x, w0 AS y),
     w2 AS (SELECT x.a FROM w1 AS x, w1 AS y),
     w3 AS (SELECT x.a FROM w2 AS x, w2 AS y),
     w4 AS (SELECT x.a FROM w3 AS x, w3 AS y),
     w5 AS (SELECT x.a FROM w4 AS x, w4 AS y),
     w6 AS (SELECT x.a FROM w5 AS x, w5 AS y),
     w7 AS (SELECT x.a FROM w6 AS x, w6 AS y),
     w8 AS (SELECT x.a FROM w7 AS x, w7 AS y),
     w9 AS (SELECT x.a FROM w8 AS x, w8 AS y),
     w10 AS (SELECT x.a FROM w9 AS x, w9 AS y),
     w11 AS (SELECT x.a FROM w10 AS x, w10 AS y),
     w12 AS (SELECT x.a FROM w11 AS x, w11 AS y),
     w13 AS (SELECT x.a FROM w12 AS x, w12 AS y),
     w14 AS (SELECT x.a FROM w13 AS x, w13 AS y),
     w15 AS (SELECT x.a FROM w14 AS x, w14 AS y),
     w16 AS (SELECT x.a FROM w15 AS x, w15 AS y),
     w17 AS (SELECT x.a FROM w16 AS x, w16 AS y),
     w18 AS (SELECT x.a FROM w17 AS x, w17 AS y),
     w19 AS (SELECT x.a FROM w18 AS x, w18 AS y),
     w20 AS (SELECT x.a FROM w19 AS x, w19 AS y),
     w21 AS (SELECT x.a FROM w20 AS x, w20 AS y),
     w22 AS (SELECT x.a FROM w21 AS x, w21 AS y),
     w23 AS (SELECT x.a FROM w22 AS x, w22 AS y),
     w24 AS (SELECT x.a FROM w23 AS x, w23 AS y),
     w25 AS (SELECT x.a FROM w24 AS x, w24 AS y)
SELECT a FROM w25;
