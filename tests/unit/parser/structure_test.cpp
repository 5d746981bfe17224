#include "parser/ast/structure.h"

#include <doctest/doctest.h>

#include <string>

#include "parse_support.h"
#include "parser/ast/builders.h"

namespace laminar::test {
namespace {

bool same(const std::string& one, const std::string& other) {
    const ast::Expression first = parse_expression(one);
    const ast::Expression second = parse_expression(other);
    const bool are_same = ast::same_structure(first, second);
    const bool hash_alike = ast::StructureHash().add(first).value() == ast::StructureHash().add(second).value();
    CHECK_MESSAGE(are_same == hash_alike, one, " and ", other);
    return are_same;
}

TEST_CASE("structure: what is written in another way is the same") {
    CHECK(same("price * 2", "PRICE*2"));
    CHECK(same("\"price\"", "price"));
    CHECK(same("(a + b) * c", "((a + (b))) * c"));
    CHECK(same("a = b", "a == b"));
    CHECK(same("a <> b", "a != b"));
    CHECK(same("x ** 2", "x ^ 2"));
    CHECK(same("x::INTEGER", "CAST(x AS integer)"));
    CHECK(same("SUM(v) OVER (PARTITION BY k ORDER BY ts)", "sum(v) over (partition by K order by TS)"));
    CHECK(same("TUMBLE(ts, INTERVAL '1 minute')", "tumble(ts, interval '1 minute')"));
}

TEST_CASE("structure: what means something else is not") {
    CHECK_FALSE(same("a + b", "b + a"));
    CHECK_FALSE(same("a - (b - c)", "a - b - c"));
    CHECK_FALSE(same("a < b", "a <= b"));
    CHECK_FALSE(same("x::INTEGER", "TRY_CAST(x AS INTEGER)"));
    CHECK_FALSE(same("x::DECIMAL(18, 2)", "x::DECIMAL(18, 3)"));
    CHECK_FALSE(same("'A'", "'a'"));
    CHECK_FALSE(same("1", "'1'"));
    CHECK_FALSE(same("a.b", "b"));
    CHECK_FALSE(same("count(x)", "count(DISTINCT x)"));
    CHECK_FALSE(same("sum(v) FILTER (WHERE a)", "sum(v)"));
    CHECK_FALSE(same("sum(v) OVER (ORDER BY ts)", "sum(v) OVER (ORDER BY ts DESC)"));
    CHECK_FALSE(same("a ~~ b", "a ~~* b"));
    CHECK_FALSE(same("a @> b", "a <@ b"));
    CHECK_FALSE(same("x IN (SELECT a FROM t)", "x IN (SELECT a FROM t WHERE a > 1)"));
    CHECK_FALSE(same("CASE WHEN a THEN b END", "CASE WHEN a THEN b ELSE c END"));
}

TEST_CASE("structure: a long chain of operators is compared without running out of stack") {
    ast::Expression chain = make_column("", "a", {});
    for (int index = 0; index < 100'000; ++index)
        chain = make_binary(std::move(chain), ast::OperatorKind::conjunction, make_column("", "b", {}));
    CHECK(ast::same_structure(chain, chain));
    CHECK(ast::StructureHash().add(chain).value() == ast::StructureHash().add(chain).value());
    // Taken apart from the top: the chain would otherwise be as deep as its destructors.
    while (auto* binary = std::get_if<ast::Binary>(&chain.node)) {
        ast::Expression left = std::move(*binary->left);
        chain = std::move(left);
    }
}

TEST_CASE("structure: a hash does not change from one version to the next") {
    const auto hash = [](const std::string& text) { return ast::StructureHash().add(parse_expression(text)).value(); };
    CHECK(hash("price * 2 > 10") == 9541930453773420240U);
    CHECK(hash("SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 3 PRECEDING)") == 872341023216968216U);
}

TEST_CASE("structure: an operator knows what it means and how it was written") {
    const ast::Operator doubled("==");
    CHECK(doubled.is(ast::OperatorKind::equal));
    CHECK(doubled.text() == "==");
    CHECK(doubled == ast::Operator("="));
    CHECK(ast::Operator(ast::OperatorKind::less_equal).text() == "<=");
    CHECK(with_sides_changed(ast::OperatorKind::less) == ast::OperatorKind::greater);
    CHECK(ast::Operator("<->").is(ast::OperatorKind::other));
    CHECK_FALSE(ast::Operator("<->") == ast::Operator("<=>"));
}

}  // namespace
}  // namespace laminar::test
