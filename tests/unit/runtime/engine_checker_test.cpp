#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "catalog/query/bound_query.h"
#include "parser/diagnostic/diagnostic.h"
#include "runtime/engine/engine.h"

using namespace laminar;

namespace {

/// A SELECT over one relation "t", put together from pieces of a text, so that spans are those a parser would give.
class QueryText {
public:
    explicit QueryText(std::string text) : source_(std::make_shared<SourceText>("test.sql", std::move(text))) {}

    [[nodiscard]] SourceSpan span(std::string_view piece) const {
        const std::size_t at = source_->text().find(piece);
        REQUIRE(at != std::string_view::npos);
        return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + piece.size())};
    }
    [[nodiscard]] ast::Identifier identifier(std::string_view name) const {
        return {std::string(name), false, span(name)};
    }
    [[nodiscard]] ast::Expression column(std::string_view name) const {
        ast::ColumnReference reference;
        reference.parts.push_back(identifier(name));
        return {span(name), std::move(reference)};
    }
    [[nodiscard]] ast::Expression string(std::string_view value) const {
        return {span("'" + std::string(value) + "'"), ast::Literal{ast::LiteralKind::string, std::string(value)}};
    }
    [[nodiscard]] ast::Expression number(std::string_view digits) const {
        return {span(digits), ast::Literal{ast::LiteralKind::integer, std::string(digits)}};
    }
    [[nodiscard]] ast::Expression call(std::string_view text, std::string_view name,
                                       std::vector<ast::Expression> arguments) const {
        ast::FunctionCall result;
        result.name.parts.push_back(identifier(name));
        result.name.span = span(name);
        for (ast::Expression& argument : arguments) result.arguments.push_back({std::nullopt, std::move(argument)});
        return {span(text), std::move(result)};
    }
    [[nodiscard]] ast::Expression binary(ast::Expression left, std::string_view op, ast::Expression right) const {
        const SourceSpan whole = cover(left.span, right.span);
        ast::Binary result;
        result.op = op;
        result.op_span = span(op);
        result.left = std::move(left);
        result.right = std::move(right);
        return {whole, std::move(result)};
    }
    [[nodiscard]] ast::Expression field(ast::Expression operand, std::string_view name) const {
        const SourceSpan whole = cover(operand.span, span(name));
        return {whole, ast::FieldAccess{std::move(operand), identifier(name)}};
    }
    [[nodiscard]] ast::Expression star() const { return {span("*"), ast::Star{}}; }

    [[nodiscard]] BoundQuery select(std::vector<ast::Expression> items, std::vector<InputColumn> columns,
                                    bool all_fields = false) const {
        ast::Select select;
        for (ast::Expression& item : items) select.items.push_back({std::move(item), std::nullopt});
        ast::TableReference table;
        table.node = ast::BoundScan{0};
        table.alias = ast::TableAlias{{"t", false, {}}, {}};
        table.span = source_->text().find(" t") == std::string_view::npos ? SourceSpan{} : span("t");
        select.from = std::move(table);
        BoundQuery query;
        query.query.span = {0, static_cast<std::uint32_t>(source_->text().size())};
        query.query.body.node = std::move(select);
        QueryInput input;
        input.object = "t";
        input.columns = std::move(columns);
        input.all_fields = all_fields;
        query.inputs.push_back(std::move(input));
        return query;
    }
    [[nodiscard]] Diagnostics diagnostics() const { return Diagnostics(source_); }
    [[nodiscard]] const SourceTextPtr& source() const { return source_; }

private:
    SourceTextPtr source_;
};

InputColumn input(std::string name, ColumnType type) {
    InputColumn column;
    column.name = std::move(name);
    column.type = std::move(type);
    return column;
}

std::vector<InputColumn> trade_columns() {
    return {input("symbol", TypeId::varchar), input("price", TypeId::float64), input("at", TypeId::timestamp),
            input("extra", TypeId::json)};
}

/// The only finding, which must be an error; shown with the text it is about.
Diagnostic only_error(const Diagnostics& diagnostics) {
    REQUIRE(diagnostics.all().size() == 1);
    CHECK(diagnostics.all()[0].severity == Severity::error);
    return diagnostics.all()[0];
}

std::string marked(const Diagnostic& diagnostic) { return std::string(diagnostic.source->slice(diagnostic.span)); }

FunctionObject function(const QueryText& text, std::string name, std::vector<std::string> parameters,
                        ast::Expression body) {
    FunctionObject object;
    object.name = std::move(name);
    object.source = text.source();
    object.parameters = std::move(parameters);
    object.body = std::move(body);
    return object;
}

}  // namespace

TEST_CASE("the checker tells names and types of a query's columns") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT symbol, price * 2, extra FROM t");
    Diagnostics diagnostics = text.diagnostics();
    const auto columns = checker->check_query(
        text.select(
            {text.column("symbol"), text.binary(text.column("price"), "*", text.number("2")), text.column("extra")},
            trade_columns()),
        diagnostics);
    REQUIRE(columns);
    REQUIRE(columns->size() == 3);
    CHECK((*columns)[0].name == "symbol");
    CHECK((*columns)[0].type == ColumnType(TypeId::varchar));
    CHECK((*columns)[1].type == ColumnType(TypeId::float64));
    CHECK((*columns)[2].type == ColumnType(TypeId::json));
    CHECK(diagnostics.all().empty());
}

TEST_CASE("an unknown column is marked where it stands, after text of several bytes a character") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT 'naïve…',\n  pricee FROM t");
    Diagnostics diagnostics = text.diagnostics();
    CHECK_FALSE(checker->check_query(text.select({text.string("naïve…"), text.column("pricee")}, trade_columns()),
                                     diagnostics));
    const Diagnostic error = only_error(diagnostics);
    CHECK(error.code == DiagnosticCode::unknown_column);
    CHECK(marked(error) == "pricee");
    CHECK(error.message == "no column is named \"pricee\"");
    CHECK(error.hint == "did you mean \"price\"?");
}

TEST_CASE("type errors are in SQL's words") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT price + at, sum(symbol) FROM t");
    Diagnostics first = text.diagnostics();
    CHECK_FALSE(checker->check_query(
        text.select({text.binary(text.column("price"), "+", text.column("at"))}, trade_columns()), first));
    CHECK(only_error(first).code == DiagnosticCode::query_type_error);
    CHECK(only_error(first).message == "operator + cannot be applied to DOUBLE and TIMESTAMP");
    CHECK(marked(only_error(first)) == "+");

    Diagnostics second = text.diagnostics();
    CHECK_FALSE(checker->check_query(
        text.select({text.call("sum(symbol)", "sum", {text.column("symbol")})}, trade_columns()), second));
    CHECK(only_error(second).code == DiagnosticCode::query_type_error);
    CHECK(only_error(second).message == "function sum does not take these arguments: sum(VARCHAR)");
    CHECK(only_error(second).hint == "it takes sum(DECIMAL), sum(BOOLEAN), sum(SMALLINT), sum(INTEGER) and 4 more");
    CHECK(marked(only_error(second)).starts_with("sum"));
}

TEST_CASE("an unknown function is suggested from all there are") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT uper(symbol) FROM t");
    Diagnostics diagnostics = text.diagnostics();
    CHECK_FALSE(checker->check_query(
        text.select({text.call("uper(symbol)", "uper", {text.column("symbol")})}, trade_columns()), diagnostics));
    CHECK(only_error(diagnostics).code == DiagnosticCode::unknown_function);
    CHECK(only_error(diagnostics).hint == "did you mean \"upper\"?");
    CHECK(marked(only_error(diagnostics)).starts_with("uper"));
}

TEST_CASE("errors without a position are placed by the name they quote") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT {'a': 1}.bb, symbol FROM t");
    ast::StructLiteral structure;
    structure.entries.push_back({{text.span("'a'"), ast::Literal{ast::LiteralKind::string, "a"}}, text.number("1")});
    Diagnostics diagnostics = text.diagnostics();
    CHECK_FALSE(checker->check_query(
        text.select({text.field({text.span("{'a': 1}"), std::move(structure)}, "bb")}, trade_columns()), diagnostics));
    CHECK(only_error(diagnostics).code == DiagnosticCode::unknown_column);
    CHECK(only_error(diagnostics).message == "the structure has no field \"bb\"");
    CHECK(marked(only_error(diagnostics)).find("bb") != std::string::npos);
}

TEST_CASE("literals that cannot be read are found before anything runs") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT symbol, DATE '2024-13-01' FROM t");
    ast::TypedLiteral date;
    date.type.name = "DATE";
    date.text = "2024-13-01";
    Diagnostics diagnostics = text.diagnostics();
    CHECK_FALSE(checker->check_query(
        text.select({text.column("symbol"), {text.span("DATE '2024-13-01'"), std::move(date)}}, trade_columns()),
        diagnostics));
    CHECK(only_error(diagnostics).code == DiagnosticCode::query_type_error);
    CHECK(marked(only_error(diagnostics)) == "DATE '2024-13-01'");
}

TEST_CASE("columns of undecided type leave open what depends on them, and nothing else") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT x, count(x), date_trunc('hour', x), max(x) FROM t");
    Diagnostics diagnostics = text.diagnostics();
    const auto columns = checker->check_query(
        text.select({text.column("x"), text.call("count(x)", "count", {text.column("x")}),
                     text.call("date_trunc('hour', x)", "date_trunc", {text.string("hour"), text.column("x")})},
                    {input("x", TypeId::unknown)}),
        diagnostics);
    // x beside count(x) lacks a GROUP BY whatever its type.
    CHECK_FALSE(columns);
    CHECK(only_error(diagnostics).code == DiagnosticCode::query_binding_error);

    Diagnostics none = text.diagnostics();
    const auto aggregates = checker->check_query(text.select({text.call("count(x)", "count", {text.column("x")}),
                                                              text.call("max(x)", "max", {text.column("x")})},
                                                             {input("x", TypeId::unknown)}),
                                                 none);
    REQUIRE(aggregates);
    CHECK((*aggregates)[0].type == ColumnType(TypeId::bigint));
    CHECK((*aggregates)[1].type == ColumnType(TypeId::unknown));

    const auto truncated = checker->check_query(
        text.select({text.column("x"),
                     text.call("date_trunc('hour', x)", "date_trunc", {text.string("hour"), text.column("x")})},
                    {input("x", TypeId::unknown)}),
        none);
    REQUIRE(truncated);
    CHECK((*truncated)[0].type == ColumnType(TypeId::timestamp));  // Nothing else fits.
    CHECK((*truncated)[1].type == ColumnType(TypeId::timestamp));
    CHECK(none.all().empty());
}

TEST_CASE("SELECT * from a connection has a column that stands for its fields") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT *, symbol FROM t");
    Diagnostics diagnostics = text.diagnostics();
    const auto columns = checker->check_query(
        text.select({text.star(), text.column("symbol")}, {input("symbol", TypeId::varchar)}, true), diagnostics);
    REQUIRE(columns);
    REQUIRE(columns->size() == 3);
    CHECK((*columns)[0].name == "symbol");
    CHECK((*columns)[1].name == open_fields_column);
    CHECK((*columns)[1].type == ColumnType(TypeId::unknown));
    CHECK((*columns)[2].type == ColumnType(TypeId::varchar));
}

TEST_CASE("expressions, with and without columns") {
    const auto checker = make_query_checker();
    const QueryText text("price * 2");
    Diagnostics diagnostics = text.diagnostics();
    const auto product = text.binary(text.column("price"), "*", text.number("2"));
    const auto type = checker->check_expression(product, {{"price", TypeId::integer}}, diagnostics);
    REQUIRE(type);
    CHECK(*type == ColumnType(TypeId::integer));
    CHECK_FALSE(checker->check_expression(product, {}, diagnostics));
    CHECK(only_error(diagnostics).code == DiagnosticCode::unknown_column);
    CHECK(marked(only_error(diagnostics)) == "price");
}

TEST_CASE("declared functions are checked where they are declared and where they are called") {
    const auto checker = make_query_checker();
    const QueryText body("a + b");
    Diagnostics diagnostics = body.diagnostics();
    CHECK_FALSE(checker->has_function("Total"));
    REQUIRE(checker->define_function(
        function(body, "Total", {"a", "b"}, body.binary(body.column("a"), "+", body.column("b"))), diagnostics));
    CHECK(checker->has_function("total"));
    CHECK(diagnostics.all().empty());

    const QueryText good("SELECT total(price, 1) FROM t");
    const auto columns = checker->check_query(
        good.select({good.call("total(price, 1)", "total", {good.column("price"), good.number("1")})}, trade_columns()),
        diagnostics);
    REQUIRE(columns);
    CHECK((*columns)[0].type == ColumnType(TypeId::float64));

    const QueryText bad("SELECT symbol, total(price, at) FROM t");
    Diagnostics type_error = bad.diagnostics();
    CHECK_FALSE(checker->check_query(
        bad.select(
            {bad.column("symbol"), bad.call("total(price, at)", "total", {bad.column("price"), bad.column("at")})},
            trade_columns()),
        type_error));
    CHECK(only_error(type_error).message == "operator + cannot be applied to DOUBLE and TIMESTAMP, in function Total");
    CHECK(marked(only_error(type_error)).starts_with("total"));

    const QueryText few("SELECT total(price) FROM t");
    Diagnostics count_error = few.diagnostics();
    CHECK_FALSE(checker->check_query(
        few.select({few.call("total(price)", "total", {few.column("price")})}, trade_columns()), count_error));
    CHECK(only_error(count_error).hint == "it takes Total(a, b)");

    const QueryText wrong("a + nosuch");
    Diagnostics wrong_body = wrong.diagnostics();
    CHECK_FALSE(checker->define_function(
        function(wrong, "other", {"a"}, wrong.binary(wrong.column("a"), "+", wrong.column("nosuch"))), wrong_body));
    CHECK(marked(only_error(wrong_body)) == "nosuch");
    CHECK(only_error(wrong_body).code == DiagnosticCode::unknown_column);

    checker->drop_function("TOTAL");
    CHECK_FALSE(checker->has_function("total"));
}

TEST_CASE("functions may give structures") {
    const auto checker = make_query_checker();
    const QueryText body("{'success': d}");
    ast::StructLiteral structure;
    structure.entries.push_back(
        {{body.span("'success'"), ast::Literal{ast::LiteralKind::string, "success"}}, body.column("d}")});
    std::get<ast::ColumnReference>(structure.entries[0].value.node).parts[0].text = "d";
    Diagnostics diagnostics = body.diagnostics();
    REQUIRE(checker->define_function(
        function(body, "process", {"d"}, {body.span("{'success': d}"), std::move(structure)}), diagnostics));
    const QueryText text("SELECT process(price).success FROM t");
    const auto columns = checker->check_query(
        text.select({text.field(text.call("process(price)", "process", {text.column("price")}), "success")},
                    trade_columns()),
        diagnostics);
    REQUIRE(columns);
    CHECK((*columns)[0].type == ColumnType(TypeId::float64));
}

TEST_CASE("windows of time have the type of their column, and files are out of reach") {
    const auto checker = make_query_checker();
    const QueryText text("SELECT laminar_session(at, '5 minutes') FROM t");
    Diagnostics diagnostics = text.diagnostics();
    const auto columns =
        checker->check_query(text.select({text.call("laminar_session(at, '5 minutes')", "laminar_session",
                                                    {text.column("at"), text.string("5 minutes")})},
                                         trade_columns()),
                             diagnostics);
    REQUIRE(columns);
    CHECK(to_sql((*columns)[0].type) == R"(STRUCT("start" TIMESTAMP, "end" TIMESTAMP))");

    const QueryText file("SELECT read_text('x') FROM t");
    Diagnostics refused = file.diagnostics();
    CHECK_FALSE(
        checker->check_query(file.select({file.call("read_text('x')", "read_text", {file.string("x")})}, {}), refused));
}

TEST_CASE("the names of functions are for users") {
    const auto checker = make_query_checker();
    const auto names = checker->function_names();
    CHECK(names.size() > 300);
    for (const std::string& name : names) {
        CAPTURE(name);
        CHECK(name.find_first_of("+-*/~ ") == std::string::npos);
        CHECK_FALSE(name.starts_with("laminar_"));
    }
    CHECK(checker->has_function("COUNT"));
    CHECK_FALSE(checker->has_function("read_csv"));
    CHECK(checker->is_withheld("READ_CSV") == Withheld::reaches_files);
    CHECK_FALSE(checker->has_function("no_such_function"));
}
