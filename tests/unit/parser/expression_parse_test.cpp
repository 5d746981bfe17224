#include "parse_support.h"

using namespace laminar;
using namespace laminar::test;

TEST_CASE("operators bind as in DuckDB") {
    CHECK(shape_of("1 + 2 * 3") == "[1 + [2 * 3]]");
    CHECK(shape_of("1 - 2 - 3") == "[[1 - 2] - 3]");
    CHECK(shape_of("2 ^ 3 ^ 2") == "[[2 ^ 3] ^ 2]");
    CHECK(shape_of("-2 ^ 2") == "[[- 2] ^ 2]");
    CHECK(shape_of("2 - - 3") == "[2 - [- 3]]");
    CHECK(shape_of("7 // 2 * 2 % 3") == "[[[7 // 2] * 2] % 3]");
    CHECK(shape_of("1 + 2 || 'a'") == "[[1 + 2] || 'a']");
    CHECK(shape_of("2 & 3 + 1") == "[2 & [3 + 1]]");
    CHECK(shape_of("3 << 1 + 1") == "[3 << [1 + 1]]");
    CHECK(shape_of("~1 + 1") == "[~ [1 + 1]]");
    CHECK(shape_of("a OR b AND c") == "[a OR [b AND c]]");
    CHECK(shape_of("NOT a = b") == "[NOT [a = b]]");
    CHECK(shape_of("NOT a AND b") == "[[NOT a] AND b]");
    CHECK(shape_of("NOT NOT a") == "[NOT [NOT a]]");
    CHECK(shape_of("a = NOT b") == "[a = [NOT b]]");
    CHECK(shape_of("a + b = c * d") == "[[a + b] = [c * d]]");
    CHECK(shape_of("a == b AND c <> d") == "[[a == b] AND [c <> d]]");
}

TEST_CASE("tests and patterns") {
    CHECK(shape_of("a BETWEEN b AND c AND d") == "[[a BETWEEN b AND c] AND d]");
    CHECK(shape_of("a NOT BETWEEN b + 1 AND c OR d") == "[[a NOT BETWEEN [b + 1] AND c] OR d]");
    CHECK(shape_of("a IS NOT NULL = b") == "[[a IS NOT NULL] = b]");
    CHECK(shape_of("a = b IS NULL") == "[[a = b] IS NULL]");
    CHECK(shape_of("a ISNULL") == "[a IS NULL]");
    CHECK(shape_of("a NOTNULL") == "[a IS NOT NULL]");
    CHECK(shape_of("a NOT NULL") == "[a IS NOT NULL]");
    CHECK(shape_of("a IS NOT TRUE") == "[a IS NOT TRUE]");
    CHECK(shape_of("a IS UNKNOWN") == "[a IS UNKNOWN]");
    CHECK(shape_of("a IS NOT DISTINCT FROM b + 1 AND c") == "[[a IS NOT DISTINCT FROM [b + 1]] AND c]");
    CHECK(shape_of("a || b LIKE 'c' || d") == "[[a || b] LIKE ['c' || d]]");
    CHECK(shape_of("a NOT LIKE 'y' ESCAPE '!' AND b") == "[[a NOT LIKE 'y' ESCAPE '!'] AND b]");
    CHECK(shape_of("a ILIKE b") == "[a ILIKE b]");
    CHECK(shape_of("a NOT SIMILAR TO b") == "[a NOT SIMILAR TO b]");
    CHECK(shape_of("a SIMILAR TO b = c") == "[[a SIMILAR TO b] = c]");
    CHECK(shape_of("a GLOB 'x*'") == "[a GLOB 'x*']");
    CHECK(shape_of("a IN (1, 2) = true") == "[[a IN (1 2)] = TRUE]");
    CHECK(shape_of("a NOT IN (1)") == "[a NOT IN (1)]");
    CHECK(shape_of("a IN (SELECT 1)") == "[a IN query]");
    CHECK(shape_of("a IN some_list") == "[a IN list some_list]");
    CHECK(shape_of("a IN [1, 2]") == "[a IN list [1, 2]]");
    CHECK(shape_of("NOT a IN (2)") == "[NOT [a IN (2)]]");
    CHECK(shape_of("NOT EXISTS (SELECT 1) AND a") == "[[NOT EXISTS] AND a]");
    CHECK(shape_of("x > ALL (SELECT 1)") == "[x > ALL]");
    CHECK(shape_of("x = ANY ([1, 2]) AND b") == "[[x = ANY] AND b]");
}

TEST_CASE("casts, subscripts and fields bind tightest") {
    CHECK(shape_of("-1::INT") == "[- [1 :: INT]]");
    CHECK(shape_of("x::INT[]") == "[x :: INT[]]");
    CHECK(shape_of("x::INT[3][]") == "[x :: INT[3][]]");
    CHECK(shape_of("(x::INT[])[1]") == "[([x :: INT[]]) at 1]");
    CHECK(shape_of("a.b.c[1]['k'].d") == "[[[a.b.c at 1] at 'k'] field d]");
    CHECK(shape_of("{'a': 1}.a") == "[{'a': 1} field a]");
    CHECK(shape_of("-[1, 2][1]") == "[- [[1, 2] at 1]]");
    CHECK(shape_of("x::TIMESTAMP WITH TIME ZONE AT TIME ZONE 'UTC'") == "[[x :: TIMESTAMP WITH TIME ZONE] AT 'UTC']");
    CHECK(shape_of("now() AT TIME ZONE 'UTC' + i") == "[[now() AT 'UTC'] + i]");
    CHECK(shape_of("a COLLATE nocase = b") == "[[a COLLATE] = b]");
    CHECK(shape_of("s.upper(1)") == "upper(1)");
    CHECK(shape_of("(s).f(1)") == "f((s) 1)");
}

TEST_CASE("arrows are JSON unless they stand where a lambda does") {
    CHECK(shape_of("a -> 'b' ->> 'c'") == "[[a -> 'b'] ->> 'c']");
    CHECK(shape_of("a = 1 AND data ->> 'k' = 'x'") == "[[a = 1] AND [[data ->> 'k'] = 'x']]");
    CHECK(shape_of("upper(data -> 'name')") == "upper([data -> 'name'])");
    CHECK(shape_of("list_transform(l, x -> x + 1 > 2 OR y)") == "list_transform(l [lambda [[[x + 1] > 2] OR y]])");
    CHECK(shape_of("list_reduce(l, (a, b) -> a + b)") == "list_reduce(l [lambda [a + b]])");
    CHECK(shape_of("list_filter(l, lambda x: x > 1)") == "list_filter(l [lambda [x > 1]])");
    CHECK(shape_of("my_macro(l, x -> x || 'a')") == "my_macro(l [lambda [x || 'a']])");
    CHECK(shape_of("list_transform(l, x -> 'constant')") == "list_transform(l [lambda 'constant'])");
    CHECK(shape_of("f((a) -> '$.b')") == "f([(a) -> '$.b'])");
}

TEST_CASE("literals") {
    const auto literal = [](const std::string& text) { return std::get<ast::Literal>(parse_expression(text).node); };
    CHECK(literal("'it''s'").text == "it's");
    CHECK(literal("e'a\\n\\t\\'\\x41\\u00e9'").text == "a\n\t'A\xC3\xA9");
    CHECK(literal("e'\\036\\7a\\1234'").text ==
          "\036\a"
          "aS4");
    CHECK(literal("e'\\xc3\\xa9\\303\\251\\x4g'").text == "\xC3\xA9\xC3\xA9\x04g");
    CHECK(literal("e'\\ud83d\\ude00\\U0001F600\\q'").text == "\xF0\x9F\x98\x80\xF0\x9F\x98\x80q");
    CHECK(literal("$$it's$$").text == "it's");
    CHECK(literal("$a$ $$ $a$").text == " $$ ");
    CHECK(literal("0x1F").text == "31");
    CHECK(literal("0b101").text == "5");
    CHECK(literal("1_000").text == "1000");
    CHECK(literal("1_000").kind == ast::LiteralKind::integer);
    CHECK(literal(".5").kind == ast::LiteralKind::decimal);
    CHECK(literal("1.").kind == ast::LiteralKind::decimal);
    CHECK(literal("1e9").kind == ast::LiteralKind::real);
    CHECK(literal("2.5E-3").text == "2.5E-3");
    CHECK(literal("TRUE").text == "true");
    CHECK(literal("null").kind == ast::LiteralKind::null);
    CHECK(literal("X'00fF'").text == "00fF");
    CHECK(std::get<ast::TypedLiteral>(parse_expression("DATE '2024-01-01'").node).type.name == "DATE");
    CHECK(std::get<ast::TypedLiteral>(parse_expression("TIMESTAMP WITH TIME ZONE 'x'").node).type.name ==
          "TIMESTAMP WITH TIME ZONE");
}

TEST_CASE("intervals") {
    const auto unit = [](const std::string& text) {
        return std::get<ast::IntervalLiteral>(parse_expression(text).node).unit;
    };
    CHECK(unit("INTERVAL '5 minutes'").empty());
    CHECK(unit("INTERVAL '5' MINUTE") == "MINUTE");
    CHECK(unit("INTERVAL 5 hours") == "HOUR");
    CHECK(unit("INTERVAL -5 DAYS") == "DAY");
    CHECK(unit("INTERVAL (n + 1) CENTURIES") == "CENTURY");
    CHECK(shape_of("interval - 5") == "[interval - 5]");
    CHECK(shape_of("interval(3)") == "interval(3)");
}

TEST_CASE("special call syntax becomes ordinary calls") {
    CHECK(shape_of("POSITION('a' IN s)") == "strpos(s 'a')");
    CHECK(shape_of("SUBSTRING(s FROM 2 FOR 3)") == "SUBSTRING(s 2 3)");
    CHECK(shape_of("SUBSTRING(s FOR 3)") == "SUBSTRING(s 1 3)");
    CHECK(shape_of("SUBSTRING(s FOR 3 FROM 2)") == "SUBSTRING(s 2 3)");
    CHECK(shape_of("substring(s, 2, 3)") == "substring(s 2 3)");
    CHECK(shape_of("TRIM(s)") == "TRIM(s)");
    CHECK(shape_of("TRIM('x' FROM s)") == "trim(s 'x')");
    CHECK(shape_of("TRIM(LEADING 'x' FROM s)") == "ltrim(s 'x')");
    CHECK(shape_of("TRIM(TRAILING FROM s)") == "rtrim(s)");
    CHECK(shape_of("OVERLAY(s PLACING 'x' FROM 2 FOR 3)") == "OVERLAY(s 'x' 2 3)");
    const auto extract = std::get<ast::Extract>(parse_expression("extract(epoch FROM (a - b))").node);
    CHECK(extract.field == "EPOCH");
    CHECK(shape(*extract.operand) == "([a - b])");
}

TEST_CASE("calls") {
    const auto call = [](const std::string& text) { return std::get<ast::FunctionCall>(parse_expression(text).node); };
    CHECK(std::holds_alternative<ast::Star>(call("count(*)").arguments.at(0).value.node));
    CHECK(call("count(DISTINCT x)").distinct);
    CHECK(call("string_agg(x, ',' ORDER BY y DESC)").order_by.size() == 1);
    CHECK(call("f(a := 1, b => 2)").arguments.at(1).name->text == "b");
    CHECK(call("lag(x IGNORE NULLS) OVER (ORDER BY y)").ignore_nulls);
    CHECK(call("lag(x) RESPECT NULLS OVER (ORDER BY y)").respect_nulls);
    CHECK(call("percentile_cont(0.5) WITHIN GROUP (ORDER BY x)").within_group.size() == 1);
    CHECK(call("count(*) FILTER (WHERE x)").filter);
    CHECK(call("count(*) FILTER (x) OVER w").over->reference_only);
    CHECK(call("a.b(1)").name.parts.size() == 2);
    CHECK(call("ARRAY(SELECT 1)").name.parts.at(0).text == "ARRAY");
    CHECK(std::holds_alternative<ast::Subquery>(call("f((SELECT 1))").arguments.at(0).value.node));
    const auto object = std::get<ast::JsonObject>(parse_expression("JSON_OBJECT('a': 1, 'b' VALUE 2)").node);
    CHECK(object.entries.size() == 2);
    CHECK(std::get<ast::JsonObject>(parse_expression("json_object('a', 1)").node).entries.size() == 1);
    CHECK(std::get<ast::Tuple>(parse_expression("ROW(1, 2)").node).row_keyword);
}

TEST_CASE("collections") {
    CHECK(std::get<ast::ListLiteral>(parse_expression("ARRAY[1, 2]").node).elements.size() == 2);
    CHECK(std::get<ast::ListLiteral>(parse_expression("[]").node).elements.empty());
    CHECK(std::get<ast::MapLiteral>(parse_expression("MAP {'a': 1, b: 2}").node).entries.size() == 2);
    CHECK(std::get<ast::StructLiteral>(parse_expression("{a: 1, \"b c\": 2, 'd': 3}").node).entries.size() == 3);
    CHECK(std::get<ast::Tuple>(parse_expression("(1, 2)").node).elements.size() == 2);
    const auto list = std::get<ast::ListComprehension>(parse_expression("[x + y FOR x, y IN l IF x > 1]").node);
    CHECK(list.variables.size() == 2);
    CHECK(list.condition);
    const auto slice = std::get<ast::Subscript>(parse_expression("x[1:2:3]").node);
    CHECK(slice.slice);
}

TEST_CASE("every node of an expression has its exact span") {
    const Parsed parsed = parse("SELECT '\xC3\xA9', f(a, -b)::INT[] + x.y ->> 'k' IS NOT NULL AND c AS n");
    REQUIRE(parsed.script.statements.size() == 1);
    const auto& select =
        std::get<ast::Select>(std::get<ast::SelectStatement>(parsed.script.statements[0].node).query->body.node);
    const ast::Expression& value = select.items.at(1).value;
    CHECK(parsed.slice(value.span) == "f(a, -b)::INT[] + x.y ->> 'k' IS NOT NULL AND c");
    const auto& conjunction = std::get<ast::Binary>(value.node);
    CHECK(parsed.slice(conjunction.op_span) == "AND");
    CHECK(parsed.slice(conjunction.right->span) == "c");
    const auto& test = std::get<ast::Is>(conjunction.left->node);
    CHECK(parsed.slice(conjunction.left->span) == "f(a, -b)::INT[] + x.y ->> 'k' IS NOT NULL");
    const auto& arrow = std::get<ast::Binary>(test.operand->node);
    CHECK(parsed.slice(arrow.op_span) == "->>");
    const auto& sum = std::get<ast::Binary>(arrow.left->node);
    CHECK(parsed.slice(sum.right->span) == "x.y");
    const auto& cast = std::get<ast::Cast>(sum.left->node);
    CHECK(parsed.slice(sum.left->span) == "f(a, -b)::INT[]");
    CHECK(parsed.slice(cast.type.span) == "INT[]");
    const auto& call = std::get<ast::FunctionCall>(cast.operand->node);
    CHECK(parsed.slice(call.name.span) == "f");
    CHECK(parsed.slice(call.arguments.at(1).value.span) == "-b");
    CHECK(parsed.slice(select.items.at(1).alias->span) == "n");
    CHECK(parsed.slice(parsed.script.statements[0].span) == parsed.script.source->text());
}

TEST_CASE("JSON arrows are written so that DuckDB groups them as we do") {
    const auto written = [](const std::string& text) { return write_expression(parse_expression(text)).text; };
    CHECK(written("a = 1 AND data ->> 'k' = 'x'") == "a = 1 AND (data ->> 'k') = 'x'");
    CHECK(written("data ->> 'k' IS NULL") == "(data ->> 'k') IS NULL");
    CHECK(written("data -> 'a' ->> 'b'") == "(data -> 'a') ->> 'b'");
}
