#include "parse_support.h"

using namespace laminar;
using namespace laminar::test;

namespace {

ast::Query parse_query(const std::string& text) { return *parse_as<ast::SelectStatement>(text).query; }

ast::TableReference from(const std::string& text) { return *parse_select("SELECT 1 FROM " + text).from; }

ast::Join join(const std::string& text) { return std::get<ast::Join>(from(text).node); }

}  // namespace

TEST_CASE("set operations") {
    using Kind = ast::SetOperation::Kind;
    const auto query =
        parse_query("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT ALL BY NAME SELECT 4 ORDER BY 1");
    const auto& except = std::get<ast::SetOperation>(query.body.node);
    CHECK(except.kind == Kind::except);
    CHECK(except.all);
    CHECK(except.by_name);
    const auto& united = std::get<ast::SetOperation>(except.left->node);
    CHECK(united.kind == Kind::union_);
    CHECK(std::get<ast::SetOperation>(united.right->node).kind == Kind::intersect);
    CHECK(query.order_by.size() == 1);
    const auto nested = parse_query("(SELECT 1) UNION (SELECT 2 LIMIT 1)");
    CHECK(std::holds_alternative<ast::NestedQuery>(std::get<ast::SetOperation>(nested.body.node).left->node));
    CHECK(std::holds_alternative<ast::NestedQuery>(parse_query("((SELECT 1) UNION (SELECT 2)) LIMIT 1").body.node));
}

TEST_CASE("common table expressions") {
    using Materialized = ast::CommonTableExpression::Materialized;
    const auto query = parse_query(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r), m AS MATERIALIZED (SELECT 2), "
        "k AS NOT MATERIALIZED (VALUES (1, 'a'), (2, 'b')) SELECT * FROM r");
    CHECK(query.recursive);
    REQUIRE(query.with.size() == 3);
    CHECK(query.with[0].columns.size() == 1);
    CHECK(query.with[1].materialized == Materialized::yes);
    CHECK(query.with[2].materialized == Materialized::no);
    CHECK(std::get<ast::Values>(query.with[2].query->body.node).rows.size() == 2);
    CHECK_FALSE(parse_query("WITH recursive AS (SELECT 1) SELECT 1").recursive);
}

TEST_CASE("the clauses of SELECT") {
    const auto select = parse_select(
        "SELECT DISTINCT ON (a, b) a x, b AS \"y z\", * EXCLUDE (c, t.d) REPLACE (e + 1 AS e) RENAME (f AS g), t.* "
        "FROM t WHERE a GROUP BY 1, x, a + b HAVING count(*) > 1 "
        "WINDOW w AS (PARTITION BY a), v AS (w ORDER BY b) QUALIFY row_number() OVER v = 1 USING SAMPLE 10%");
    CHECK(select.distinct);
    CHECK(select.distinct_on.size() == 2);
    REQUIRE(select.items.size() == 4);
    CHECK(select.items[0].alias->text == "x");
    CHECK(select.items[1].alias->text == "y z");
    const auto& star = std::get<ast::Star>(select.items[2].value.node);
    CHECK(star.exclude.size() == 2);
    CHECK(star.replace.size() == 1);
    CHECK(star.rename.size() == 1);
    CHECK(std::get<ast::Star>(select.items[3].value.node).qualifier.size() == 1);
    CHECK(select.where);
    CHECK(select.group_by.size() == 3);
    CHECK(select.having);
    REQUIRE(select.windows.size() == 2);
    CHECK(select.windows[1].specification.base->text == "w");
    CHECK(select.qualify);
    CHECK(select.sample == "10%");

    using Kind = ast::GroupingElement::Kind;
    CHECK(parse_select("SELECT a FROM t GROUP BY ALL").group_by_all);
    const auto groups =
        parse_select("SELECT a FROM t GROUP BY GROUPING SETS ((a, b), (a), ()), ROLLUP (a, b), CUBE (c), ()");
    REQUIRE(groups.group_by.size() == 4);
    CHECK(groups.group_by[0].kind == Kind::grouping_sets);
    CHECK(groups.group_by[0].elements.at(2).kind == Kind::empty_set);
    CHECK(groups.group_by[1].kind == Kind::rollup);
    CHECK(groups.group_by[2].kind == Kind::cube);
    CHECK(groups.group_by[3].kind == Kind::empty_set);
}

TEST_CASE("ordering and limits") {
    const auto query = parse_query("SELECT a ORDER BY a DESC NULLS LAST, b ASC NULLS FIRST, c OFFSET 2 ROWS LIMIT 5");
    REQUIRE(query.order_by.size() == 3);
    CHECK(query.order_by[0].direction == ast::OrderItem::Direction::descending);
    CHECK(query.order_by[0].nulls == ast::OrderItem::Nulls::last);
    CHECK(query.order_by[1].nulls == ast::OrderItem::Nulls::first);
    CHECK(query.offset);
    CHECK(query.limit);
    CHECK(parse_query("SELECT a ORDER BY ALL").order_by_all);
    CHECK(parse_query("SELECT a LIMIT 10%").limit_percent);
    CHECK(parse_query("SELECT a LIMIT 10 PERCENT").limit_percent);
    CHECK(parse_query("SELECT a FETCH FIRST 3 ROWS ONLY").limit);
    CHECK_FALSE(parse_query("SELECT a LIMIT 10 % 3").limit_percent);
}

TEST_CASE("FROM first") {
    CHECK(std::holds_alternative<ast::Star>(parse_select("FROM t").items.at(0).value.node));
    const auto select = parse_select("FROM t SELECT a, b WHERE c");
    CHECK(select.items.size() == 2);
    CHECK(select.where);
}

TEST_CASE("joins of all kinds") {
    using Kind = ast::Join::Kind;
    CHECK(join("a JOIN b ON a.x = b.x").kind == Kind::inner);
    CHECK(join("a INNER JOIN b USING (x, y)").using_columns.size() == 2);
    CHECK(join("a LEFT JOIN b ON true").kind == Kind::left);
    CHECK(join("a RIGHT OUTER JOIN b ON true").kind == Kind::right);
    CHECK(join("a FULL JOIN b ON true").kind == Kind::full);
    CHECK(join("a SEMI JOIN b USING (x)").kind == Kind::semi);
    CHECK(join("a ANTI JOIN b USING (x)").kind == Kind::anti);
    CHECK(join("a CROSS JOIN b").kind == Kind::cross);
    CHECK(join("a POSITIONAL JOIN b").kind == Kind::positional);
    CHECK(join("a NATURAL LEFT JOIN b").natural);
    CHECK(join("a ASOF JOIN b ON a.t >= b.t").asof);
    CHECK(join("a ASOF LEFT JOIN b USING (k, t)").kind == Kind::left);
    CHECK(join("a, b").comma);
    const auto chain = join("a x JOIN b AS y ON true LEFT JOIN (SELECT 1) z (n) USING (n)");
    CHECK(chain.kind == Kind::left);
    CHECK(chain.right->alias->columns.size() == 1);
    CHECK(std::get<ast::Join>(chain.left->node).left->alias->name.text == "x");
}

TEST_CASE("relations") {
    CHECK(std::get<ast::NamedTable>(from("system.websocket_logs l").node).name.parts.size() == 2);
    CHECK(std::get<ast::DerivedTable>(from("LATERAL (SELECT 1) q").node).lateral);
    CHECK(std::get<ast::TableFunction>(from("unnest(l) WITH ORDINALITY u(v, n)").node).with_ordinality);
    CHECK(std::get<ast::TableFunction>(from("read_csv('f', header = true)").node).call.span == SourceSpan{14, 42});
    CHECK(from("t TABLESAMPLE reservoir(20%)").sample == "reservoir(20%)");
    CHECK(from("t AS x TABLESAMPLE 10 PERCENT (bernoulli)").sample == "10 PERCENT (bernoulli)");
    CHECK(std::holds_alternative<ast::Join>(from("(t1 JOIN t2 USING (x))").node));
    CHECK(std::holds_alternative<ast::DerivedTable>(from("((SELECT 1) UNION (SELECT 2)) u").node));
    CHECK(std::holds_alternative<ast::Join>(from("((SELECT 1) a CROSS JOIN b)").node));
    CHECK(std::holds_alternative<ast::DerivedTable>(from("(VALUES (1), (2)) v(x)").node));
}

TEST_CASE("windows") {
    const auto over = [](const std::string& text) {
        return *std::get<ast::FunctionCall>(parse_expression("f(x) OVER " + text).node).over;
    };
    const auto frame =
        *over("(PARTITION BY a, b ORDER BY c ROWS BETWEEN 99 PRECEDING AND CURRENT ROW EXCLUDE TIES)").frame;
    CHECK(frame.unit == ast::WindowFrame::Unit::rows);
    CHECK(frame.begin.kind == ast::FrameBound::Kind::preceding);
    CHECK(frame.end->kind == ast::FrameBound::Kind::current_row);
    CHECK(frame.exclusion == ast::WindowFrame::Exclusion::ties);
    const auto range = *over("(ORDER BY t RANGE BETWEEN INTERVAL '5' MINUTE PRECEDING AND UNBOUNDED FOLLOWING)").frame;
    CHECK(range.unit == ast::WindowFrame::Unit::range);
    CHECK(range.end->kind == ast::FrameBound::Kind::unbounded_following);
    CHECK_FALSE(over("(ORDER BY t GROUPS UNBOUNDED PRECEDING EXCLUDE NO OTHERS)").frame->end);
    CHECK(over("(w ORDER BY t)").base->text == "w");
    CHECK(over("w").reference_only);
    CHECK(over("()").partition_by.empty());
}

TEST_CASE("words of the language are names where they are not needed") {
    for (const char* word :
         {"timestamp", "data",      "message",   "window",   "mode",    "format",     "size",    "end",
          "path",      "key",       "value",     "source",   "stream",  "connection", "first",   "last",
          "count",     "date",      "time",      "interval", "values",  "filter",     "over",    "left",
          "right",     "full",      "semi",      "anti",     "asof",    "natural",    "cross",   "inner",
          "outer",     "lateral",   "array",     "map",      "any",     "some",       "at",      "zone",
          "row",       "rows",      "range",     "groups",   "offset",  "fetch",      "current", "unbounded",
          "recursive", "primary",   "watermark", "within",   "ignore",  "respect",    "nulls",   "exists",
          "lambda",    "rollup",    "cube",      "grouping", "default", "table",      "view",    "pipeline",
          "function",  "connector", "show",      "set",      "wait",    "desc",       "asc",     "to",
          "for",       "if",        "by",        "name",     "replace", "exclude",    "rename",  "partition",
          "both",      "leading",   "precision"}) {
        CAPTURE(word);
        const std::string name(word);
        const auto select = parse_select("SELECT " + name + ", t." + name + ", 1 AS " + name + " FROM " + name +
                                         " WHERE " + name + " = 1 GROUP BY " + name + " ORDER BY " + name);
        CHECK(std::holds_alternative<ast::ColumnReference>(select.items.at(0).value.node));
        CHECK(std::get<ast::ColumnReference>(select.items.at(1).value.node).parts.size() == 2);
        CHECK(select.items.at(2).alias->text == name);
        CHECK(std::get<ast::NamedTable>(select.from->node).name.parts.at(0).text == name);
        const auto table =
            parse_as<ast::CreateTable>("CREATE TABLE " + name + " (" + name + " TEXT) WITH (" + name + " = 1)");
        CHECK(table.columns.at(0).name.text == name);
        CHECK(table.options.at(0).name.text == name);
    }
}

TEST_CASE("every word is a label after AS, a field after a dot and an option") {
    for (const char* word : {"select", "from", "order", "group", "where", "null", "case", "and", "end", "join"}) {
        CAPTURE(word);
        const std::string name(word);
        CHECK(parse_select("SELECT a AS " + name + " FROM t").items.at(0).alias->text == name);
        CHECK(std::get<ast::ColumnReference>(parse_expression("a." + name).node).parts.at(1).text == name);
        CHECK(parse_as<ast::AlterConnection>("ALTER CONNECTION c SET (" + name + " = 1)").options.size() == 1);
    }
    CHECK(shape_of("left(s, 3)") == "left(s 3)");
    const auto nested =
        std::get<ast::Case>(parse_expression("CASE WHEN end > 1 THEN end ELSE CASE a WHEN 1 THEN 2 END END").node);
    CHECK(nested.branches.size() == 1);
    CHECK(std::holds_alternative<ast::Case>(nested.otherwise->node));
}
