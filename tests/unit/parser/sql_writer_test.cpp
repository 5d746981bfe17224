// The writer over trees built by hand, as the binder builds them: nothing here depends on the parser.
#include "parser/write/sql_writer.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace laminar {
namespace {

using ast::Expression;

Expression make(Expression::Node node, SourceSpan span = {}) { return {span, std::move(node)}; }

ast::Identifier identifier(std::string text, SourceSpan span = {}) { return {std::move(text), false, span}; }

Expression column(std::string name, SourceSpan span = {}) {
    return make(ast::ColumnReference{{identifier(std::move(name), span)}}, span);
}

Expression integer(std::string digits) { return make(ast::Literal{ast::LiteralKind::integer, std::move(digits)}); }

Expression text_literal(std::string text) { return make(ast::Literal{ast::LiteralKind::string, std::move(text)}); }

Expression binary(Expression left, std::string op, Expression right) {
    ast::Binary node;
    node.op = std::move(op);
    node.left = std::move(left);
    node.right = std::move(right);
    return make(std::move(node));
}

Expression unary(std::string op, Expression operand) {
    ast::Unary node;
    node.op = std::move(op);
    node.operand = std::move(operand);
    return make(std::move(node));
}

Expression cast(Expression operand, std::string type, ast::Cast::Style style = ast::Cast::Style::colons) {
    ast::Cast node;
    node.style = style;
    node.operand = std::move(operand);
    node.type.name = std::move(type);
    return make(std::move(node));
}

Expression call(std::string name, std::vector<Expression> arguments = {}) {
    ast::FunctionCall node;
    node.name.parts.push_back(identifier(std::move(name)));
    for (Expression& argument : arguments) node.arguments.push_back({std::nullopt, std::move(argument)});
    return make(std::move(node));
}

Expression is_null(Expression operand) {
    ast::Is node;
    node.operand = std::move(operand);
    return make(std::move(node));
}

Expression like(std::string op, bool negated) {
    ast::Like node;
    node.op = std::move(op);
    node.operand = column("a");
    node.negated = negated;
    node.pattern = text_literal("x*");
    return make(std::move(node));
}

Expression element_of(Expression operand, Expression index) {
    ast::Subscript node;
    node.operand = std::move(operand);
    node.begin = std::move(index);
    return make(std::move(node));
}

Expression field_of(Expression operand, std::string field) {
    ast::FieldAccess node;
    node.operand = std::move(operand);
    node.field = identifier(std::move(field));
    return make(std::move(node));
}

std::string written(const Expression& expression) { return write_expression(expression).text; }

TEST_CASE("an operand that binds less than its operator is written in parentheses") {
    CHECK(written(binary(binary(column("a"), "+", column("b")), "*", column("c"))) == "(a + b) * c");
    CHECK(written(binary(column("a"), "*", binary(column("b"), "+", column("c")))) == "a * (b + c)");
    CHECK(written(binary(column("a"), "+", binary(column("b"), "*", column("c")))) == "a + b * c");
    CHECK(written(binary(binary(column("a"), "OR", column("b")), "AND", column("c"))) == "(a OR b) AND c");
    CHECK(written(unary("NOT", binary(column("a"), "AND", column("b")))) == "NOT (a AND b)");
    CHECK(written(unary("NOT", binary(column("a"), "=", column("b")))) == "NOT a = b");
    CHECK(written(is_null(binary(column("a"), "=", column("b")))) == "(a = b) IS NULL");
    CHECK(written(binary(is_null(column("a")), "=", is_null(column("b")))) == "(a IS NULL) = (b IS NULL)");
}

TEST_CASE("operators of one kind group from the left") {
    CHECK(written(binary(binary(column("a"), "-", column("b")), "-", column("c"))) == "a - b - c");
    CHECK(written(binary(column("a"), "-", binary(column("b"), "-", column("c")))) == "a - (b - c)");
    CHECK(written(binary(column("a"), "^", binary(column("b"), "^", column("c")))) == "a ^ (b ^ c)");
    CHECK(written(binary(binary(column("a"), "<", column("b")), "=", column("c"))) == "(a < b) = c");
    CHECK(written(binary(column("a"), "=", binary(column("b"), "=", column("c")))) == "a = (b = c)");
}

TEST_CASE("signs neither join nor bind more than they should") {
    CHECK(written(unary("-", unary("-", integer("1")))) == "-(-1)");
    CHECK(written(binary(column("a"), "-", unary("-", integer("1")))) == "a - -1");
    CHECK(written(unary("-", binary(integer("2"), "^", integer("2")))) == "-(2 ^ 2)");
    CHECK(written(binary(unary("-", integer("2")), "^", integer("2"))) == "-2 ^ 2");
    CHECK(written(cast(unary("-", integer("5")), "VARCHAR")) == "(-5)::VARCHAR");
    CHECK(written(cast(integer("-5"), "VARCHAR")) == "(-5)::VARCHAR");
    CHECK(written(unary("-", cast(integer("5"), "INTEGER"))) == "-5::INTEGER");
    CHECK(written(unary("@", unary("-", integer("5")))) == "@ -5");
    CHECK(written(binary(unary("~", column("a")), "+", column("b"))) == "(~ a) + b");
}

TEST_CASE("the JSON arrow, to which DuckDB gives so little, is bracketed beside other operators") {
    const Expression arrow = binary(column("data"), "->", text_literal("a"));
    CHECK(written(binary(arrow, "=", integer("1"))) == "(data -> 'a') = 1");
    CHECK(written(binary(arrow, "->", text_literal("b"))) == "data -> 'a' -> 'b'");
    CHECK(written(binary(arrow, "->>", text_literal("b"))) == "(data -> 'a') ->> 'b'");
    CHECK(written(is_null(arrow)) == "(data -> 'a') IS NULL");
    CHECK(written(cast(arrow, "VARCHAR")) == "(data -> 'a')::VARCHAR");
    CHECK(written(binary(binary(column("a"), "AND", column("b")), "->", integer("0"))) == "(a AND b) -> 0");
}

TEST_CASE("what takes an index or a field is bracketed unless it is a name, a call or the like") {
    CHECK(written(element_of(column("a"), integer("1"))) == "a[1]");
    CHECK(written(element_of(element_of(column("a"), integer("1")), integer("2"))) == "a[1][2]");
    CHECK(written(element_of(call("f"), integer("1"))) == "f()[1]");
    CHECK(written(element_of(cast(column("a"), "INTEGER[]"), integer("1"))) == "(a::\"INTEGER[]\")[1]");
    CHECK(written(element_of(unary("-", column("a")), integer("1"))) == "(-a)[1]");
    CHECK(written(field_of(column("a"), "b")) == "(a).b");
    CHECK(written(field_of(call("f"), "b")) == "f().b");
    CHECK(written(field_of(field_of(call("f"), "b"), "c")) == "f().b.c");
    CHECK(written(field_of(make(ast::StructLiteral{}), "b")) == "({}).b");
}

TEST_CASE("slices keep their open ends") {
    ast::Subscript slice;
    slice.operand = column("a");
    slice.slice = true;
    CHECK(written(make(slice)) == "a[:]");
    slice.end = integer("2");
    CHECK(written(make(slice)) == "a[:2]");
    slice.end = {};
    slice.begin = integer("1");
    slice.step = integer("2");
    CHECK(written(make(slice)) == "a[1:-:2]");
}

TEST_CASE("what DuckDB spells otherwise is spelled its way") {
    CHECK(written(binary(column("a"), "==", column("b"))) == "a = b");
    CHECK(written(like("GLOB", true)) == "NOT a GLOB 'x*'");
    CHECK(written(like("GLOB", false)) == "a GLOB 'x*'");
    CHECK(written(like("ILIKE", true)) == "a NOT ILIKE 'x*'");
    CHECK(written(binary(like("GLOB", true), "=", column("b"))) == "(NOT a GLOB 'x*') = b");
    CHECK(written(make(ast::Literal{ast::LiteralKind::blob, "00fF"})) == "BLOB '\\x00\\xfF'");
    CHECK(written(call("current_timestamp")) == "current_timestamp");
    CHECK(written(call("now")) == "now()");
    ast::JsonObject object;
    object.entries.push_back({text_literal("k"), column("v")});
    object.entries.push_back({text_literal("l"), integer("1")});
    CHECK(written(make(object)) == "json_object('k', v, 'l', 1)");
}

TEST_CASE("a list after IN is never bracketed, which would make it a list of one list") {
    ast::In in;
    in.operand = column("a");
    in.list = column("l");
    CHECK(written(make(in)) == "a IN l");
    in.list = binary(column("l"), "||", column("m"));
    CHECK(written(make(in)) == "a IN CASE WHEN TRUE THEN l || m END");
    in.list = {};
    in.negated = true;
    in.values = {integer("1"), integer("2")};
    CHECK(written(make(in)) == "a NOT IN (1, 2)");
}

TEST_CASE("lambdas use the form without a second meaning") {
    ast::Lambda lambda;
    lambda.parameters = {identifier("x"), identifier("y")};
    lambda.body = binary(column("x"), "+", column("y"));
    CHECK(written(call("list_reduce", {column("l"), make(lambda)})) == "list_reduce(l, LAMBDA x, y: x + y)");
}

TEST_CASE("intervals bracket what is not a plain constant") {
    ast::IntervalLiteral interval;
    interval.value = text_literal("5 minutes");
    CHECK(written(make(interval)) == "INTERVAL '5 minutes'");
    interval.value = integer("5");
    interval.unit = "MINUTE";
    CHECK(written(make(interval)) == "INTERVAL 5 MINUTE");
    interval.value = make(ast::Literal{ast::LiteralKind::decimal, "1.5"});
    CHECK(written(make(interval)) == "INTERVAL (1.5) MINUTE");
    interval.value = unary("-", integer("5"));
    CHECK(written(make(interval)) == "INTERVAL (-5) MINUTE");
    interval.value = integer("-5");
    CHECK(written(make(interval)) == "INTERVAL (-5) MINUTE");
    ast::Parenthesized bracketed;
    bracketed.inner = column("n");
    interval.value = make(bracketed);
    CHECK(written(make(interval)) == "INTERVAL (n) MINUTE");
}

TEST_CASE("names that DuckDB would misread are quoted") {
    CHECK(written(column("end")) == "\"end\"");
    CHECK(written(column("timestamp")) == "timestamp");
    ast::ColumnReference user_quoted;
    user_quoted.parts.push_back({"current_date", true, {}});
    CHECK(written(make(user_quoted)) == "\"current_date\"");
    CHECK(written(call("left", {column("a")})) == "left(a)");
    CHECK(written(call("position", {column("a")})) == "\"position\"(a)");
    ast::FunctionCall named;
    named.name.parts.push_back(identifier("struct_pack"));
    named.arguments.push_back({identifier("time"), integer("1")});
    CHECK(written(make(named)) == "struct_pack(\"time\" := 1)");
}

TEST_CASE("types keep their words, arguments and dimensions") {
    ast::TypeName type;
    type.name = "DECIMAL";
    type.modifiers = {18, 3};
    type.dimensions = {std::nullopt, 3};
    CHECK(write_type(type) == "DECIMAL(18, 3)[][3]");
    ast::TypeName zoned;
    zoned.name = "TIMESTAMP WITH TIME ZONE";
    zoned.modifiers = {3};
    CHECK(write_type(zoned) == "TIMESTAMP WITH TIME ZONE");
    ast::TypeName record;
    record.name = "STRUCT";
    ast::TypeName words;
    words.name = "ENUM";
    words.values = {"a", "it's"};
    record.fields.push_back({identifier("end"), words});
    CHECK(write_type(record) == "STRUCT(\"end\" ENUM('a', 'it''s'))");
}

TEST_CASE("a chain of thousands of operators is written without deep recursion") {
    Expression chain = column("c");
    std::string expected = "c";
    for (int i = 0; i < 5000; ++i) {
        chain = binary(std::move(chain), "AND", column("c"));
        expected += " AND c";
    }
    CHECK(written(chain) == expected);
}

ast::TableReference scan(std::size_t input, std::string alias, SourceSpan span) {
    ast::TableReference table;
    table.span = span;
    table.node = ast::BoundScan{input};
    table.alias = ast::TableAlias{identifier(std::move(alias)), {}};
    return table;
}

ast::Query select_from(Expression item, ast::TableReference from) {
    ast::Select select;
    select.items.push_back({std::move(item), std::nullopt});
    select.from = std::move(from);
    ast::Query query;
    query.body.node = std::move(select);
    return query;
}

TEST_CASE("a bound scan is what the caller says it is") {
    const ast::Query query = select_from(column("price"), scan(3, "trades", {}));
    SqlWriterOptions options;
    options.scan_text = [](const ast::BoundScan& bound) { return "batch_" + std::to_string(bound.input) + "()"; };
    CHECK(write_query(query, options).text == "SELECT price FROM batch_3() AS trades");
    CHECK(write_query(query).text == "SELECT price FROM input_3 AS trades");
}

ast::TableReference table(std::string name) {
    ast::TableReference reference;
    reference.node = ast::NamedTable{{{identifier(std::move(name))}, {}}};
    return reference;
}

ast::TableReference join(ast::TableReference left, ast::TableReference right, bool comma) {
    ast::Join node;
    node.kind = comma ? ast::Join::Kind::cross : ast::Join::Kind::inner;
    node.comma = comma;
    node.left = std::move(left);
    node.right = std::move(right);
    if (!comma) node.on = make(ast::Literal{ast::LiteralKind::boolean, "true"});
    ast::TableReference reference;
    reference.node = std::move(node);
    return reference;
}

std::string from_text(ast::TableReference reference) {
    const std::string text = write_query(select_from(integer("1"), std::move(reference))).text;
    return text.substr(text.find("FROM ") + 5);
}

TEST_CASE("joins keep their shape") {
    const auto a = table("a");
    const auto b = table("b");
    const auto c = table("c");
    CHECK(from_text(join(join(a, b, false), c, false)) == "a JOIN b ON TRUE JOIN c ON TRUE");
    CHECK(from_text(join(a, join(b, c, false), false)) == "a JOIN (b JOIN c ON TRUE) ON TRUE");
    CHECK(from_text(join(join(a, b, true), c, true)) == "a, b, c");
    CHECK(from_text(join(a, join(b, c, false), true)) == "a, b JOIN c ON TRUE");
    // A comma within a join could only be read as a comma around it.
    CHECK(from_text(join(join(a, b, true), c, false)) == "a CROSS JOIN b JOIN c ON TRUE");
    CHECK(from_text(join(a, join(b, c, true), false)) == "a JOIN (b CROSS JOIN c) ON TRUE");
    auto aliased = join(a, b, false);
    aliased.alias = ast::TableAlias{identifier("j"), {}};
    CHECK(from_text(join(aliased, c, false)) == "(a JOIN b ON TRUE) AS j JOIN c ON TRUE");
    CHECK(from_text(join(c, aliased, false)) == "c JOIN (a JOIN b ON TRUE) AS j ON TRUE");
}

TEST_CASE("a join of thousands of relations is written without deep recursion") {
    auto reference = table("t");
    for (int i = 0; i < 3000; ++i) reference = join(std::move(reference), table("t"), false);
    CHECK(from_text(reference).ends_with("JOIN t ON TRUE"));
}

ast::QueryBody simple_body(std::string name) {
    ast::Select select;
    select.items.push_back({column(std::move(name)), std::nullopt});
    ast::QueryBody body;
    body.node = std::move(select);
    return body;
}

ast::QueryBody set_operation(ast::QueryBody left, ast::SetOperation::Kind kind, ast::QueryBody right) {
    ast::SetOperation operation;
    operation.kind = kind;
    operation.all = true;
    operation.left = std::move(left);
    operation.right = std::move(right);
    ast::QueryBody body;
    body.node = std::move(operation);
    return body;
}

TEST_CASE("set operations keep their shape") {
    using Kind = ast::SetOperation::Kind;
    const auto a = simple_body("a");
    const auto b = simple_body("b");
    const auto c = simple_body("c");
    const auto text_of = [](ast::QueryBody body) {
        ast::Query query;
        query.body = std::move(body);
        return write_query(query).text;
    };
    CHECK(text_of(set_operation(set_operation(a, Kind::union_, b), Kind::except, c)) ==
          "SELECT a UNION ALL SELECT b EXCEPT ALL SELECT c");
    CHECK(text_of(set_operation(set_operation(a, Kind::union_, b), Kind::intersect, c)) ==
          "(SELECT a UNION ALL SELECT b) INTERSECT ALL SELECT c");
    CHECK(text_of(set_operation(a, Kind::union_, set_operation(b, Kind::union_, c))) ==
          "SELECT a UNION ALL (SELECT b UNION ALL SELECT c)");
}

TEST_CASE("every token leads back to what the user wrote") {
    //                      0         1         2
    //                      0123456789012345678901234
    const std::string text = "a+nope   \"end\"  trades";
    Expression sum = binary(column("a", {0, 1}), "+", column("nope", {2, 6}));
    sum.span = {0, 6};
    std::get<ast::Binary>(sum.node).op_span = {1, 2};
    ast::Query query = select_from(std::move(sum), scan(0, "t", {16, 22}));
    std::get<ast::Select>(query.body.node).items.push_back({column("end", {9, 14}), std::nullopt});
    query.span = {0, 22};
    const WrittenSql sql = write_query(query);
    REQUIRE(sql.text == "SELECT a + nope, \"end\" FROM input_0 AS t");
    const auto origin_of = [&](std::string_view token) {
        const SourceSpan span = sql.origin_of(static_cast<std::uint32_t>(sql.text.find(token)));
        return text.substr(span.begin, span.end - span.begin);
    };
    CHECK(origin_of("nope") == "nope");
    CHECK(origin_of("ope") == "nope");
    CHECK(origin_of("a +") == "a");
    CHECK(origin_of("+") == "+");
    CHECK(origin_of("\"end\"") == "\"end\"");
    CHECK(origin_of("input_0") == "trades");
    CHECK(origin_of("FROM") == text);
    CHECK(sql.origin_of(100'000).begin == 16);
    CHECK(WrittenSql{}.origin_of(0).empty());
}

TEST_CASE("a secret option is written as its reader asks") {
    ast::CreateConnection create;
    create.name = identifier("c");
    create.connector = identifier("websocket");
    const auto option = [](std::string name, std::string value) {
        ast::Option made;
        made.name = identifier(std::move(name));
        made.value.node = ast::OptionValue::String{std::move(value)};
        return made;
    };
    create.options = {option("endpoint", "wss://h"), option("auth_token", "hunter2"),
                      option("password", "${secret:p}")};
    StatementWriterOptions options;
    options.map_option_value = [](const ast::Option& candidate) -> std::optional<ast::OptionValue> {
        if (candidate.name.text != "auth_token") return std::nullopt;
        return ast::OptionValue{{}, ast::OptionValue::String{"***"}};
    };
    CHECK(write_statement({{}, create}, options) ==
          "CREATE CONNECTION c TO websocket (\n"
          "    endpoint = 'wss://h',\n"
          "    auth_token = '***',\n"
          "    password = '${secret:p}'\n)");
}

TEST_CASE("comments stand behind the columns they are about") {
    ast::CreateTable create;
    create.name = identifier("t");
    create.columns.resize(3);
    for (std::size_t index = 0; index < 3; ++index) {
        create.columns[index].name = identifier(std::string(1, static_cast<char>('a' + index)));
        create.columns[index].type.name = "TEXT";
    }
    StatementWriterOptions options;
    options.column_comment = [](std::size_t column) { return column == 1 ? "" : "-- of " + std::to_string(column); };
    CHECK(write_statement({{}, create}, options) ==
          "CREATE TABLE t (\n"
          "    a TEXT,  -- of 0\n"
          "    b TEXT,\n"
          "    c TEXT  -- of 2\n)");
}

}  // namespace
}  // namespace laminar
