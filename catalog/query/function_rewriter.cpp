#include "catalog/query/function_rewriter.h"

#include <algorithm>
#include <optional>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::string_view time_windows[] = {"tumble",  "tumble_start", "tumble_end",    "hop",        "hop_start",
                                             "hop_end", "session",      "session_start", "session_end"};
constexpr std::string_view current_time_functions[] = {"now", "current_timestamp", "localtimestamp",
                                                       "get_current_timestamp", "transaction_timestamp"};
constexpr std::string_view current_date_functions[] = {"current_date", "today"};

// The engine parses these itself; its function table does not list them.
constexpr std::string_view syntax_functions[] = {"coalesce",
                                                 "nullif",
                                                 "ifnull",
                                                 "if",
                                                 "try",
                                                 "unnest",
                                                 "unpack",
                                                 "columns",
                                                 "grouping",
                                                 "grouping_id",
                                                 "exists",
                                                 "overlay",
                                                 "extract",
                                                 "substring",
                                                 "position",
                                                 "trim",
                                                 "row",
                                                 "struct_pack",
                                                 "list_value",
                                                 "map",
                                                 "array",
                                                 "row_number",
                                                 "rank",
                                                 "dense_rank",
                                                 "rank_dense",
                                                 "percent_rank",
                                                 "cume_dist",
                                                 "ntile",
                                                 "lag",
                                                 "lead",
                                                 "first_value",
                                                 "last_value",
                                                 "nth_value",
                                                 "fill",
                                                 "percentile_cont",
                                                 "percentile_disc",
                                                 "mode",
                                                 "collate",
                                                 "xmlconcat",
                                                 "any",
                                                 "all",
                                                 "some",
                                                 "json_object",
                                                 "json_array",
                                                 "greatest",
                                                 "least",
                                                 "count",
                                                 "cast",
                                                 "try_cast",
                                                 "current_date",
                                                 "current_time",
                                                 "localtime",
                                                 "current_user",
                                                 "session_user",
                                                 "user",
                                                 "current_role",
                                                 "current_schema",
                                                 "current_catalog"};

constexpr std::string_view bare_functions[] = {"current_timestamp", "current_date",   "current_time",   "localtime",
                                               "localtimestamp",    "current_user",   "session_user",   "user",
                                               "current_role",      "current_schema", "current_catalog"};

template <std::size_t Size>
bool contains(const std::string_view (&names)[Size], std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

ast::Expression make_expression(ast::Expression::Node node, SourceSpan span) {
    ast::Expression expression;
    expression.span = span;
    expression.node = std::move(node);
    return expression;
}

ast::TypeName make_type(std::string_view name, SourceSpan span) {
    ast::TypeName type;
    type.name = name;
    type.span = span;
    return type;
}

ast::Expression make_sum(ast::Expression left, ast::Expression right, SourceSpan span) {
    ast::Binary sum;
    sum.op = "+";
    sum.op_span = span;
    sum.left = std::move(left);
    sum.right = std::move(right);
    return make_expression(std::move(sum), span);
}

/// The engine's own NOW() carries a time zone, which would compare with TIMESTAMP columns by the session's zone.
ast::Expression current_time(std::string_view type, SourceSpan span) {
    ast::AtTimeZone utc;
    utc.operand = make_call("now", {}, span);
    utc.zone = make_string("UTC", span);
    return make_cast(make_expression(std::move(utc), span), type, span);
}

/// The engine's default origin of buckets is a Monday in 2000; ours is the epoch for every width.
ast::Expression window_start(const ast::FunctionCall& call, SourceSpan span) {
    ast::TypedLiteral epoch;
    epoch.type = make_type("TIMESTAMP", span);
    epoch.text = "1970-01-01 00:00:00";
    ast::Expression origin = make_expression(std::move(epoch), span);
    if (call.arguments.size() > 2) origin = make_sum(std::move(origin), call.arguments[2].value, span);
    return make_call("time_bucket", {call.arguments[1].value, call.arguments[0].value, std::move(origin)}, span);
}

ast::Expression window_structure(const ast::FunctionCall& call, SourceSpan span) {
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", span), window_start(call, span)});
    structure.entries.push_back(
        {make_string("end", span), make_sum(window_start(call, span), call.arguments[1].value, span)});
    return make_expression(std::move(structure), span);
}

ast::Expression field_of(ast::Expression structure, std::string_view field, SourceSpan span) {
    std::vector<ast::Expression> arguments;
    arguments.push_back(std::move(structure));
    arguments.push_back(make_string(field, span));
    return make_call("struct_extract", std::move(arguments), span);
}

void rename(ast::FunctionCall& call, std::string_view name) {
    call.name.parts = {make_identifier(name, call.name.span)};
}

std::optional<ast::Expression> rewritten_time_window(ast::FunctionCall& call, std::string_view name, SourceSpan span) {
    const ArgumentCount count = time_window_arguments(name);
    if (call.arguments.size() < count.least + 1 || call.arguments.size() > count.most + 1) return std::nullopt;
    if (name == "tumble") return window_structure(call, span);
    if (name.starts_with("tumble")) {
        // In words of the whole window, and of its start: so that they are found in what GROUP BY groups by, be it
        // TUMBLE or TUMBLE_START.
        ast::Expression start = field_of(window_structure(call, span), "start", span);
        if (name == "tumble_start") return start;
        return make_sum(std::move(start), call.arguments[1].value, span);
    }
    rename(call, name.starts_with("hop") ? "laminar_hop" : "laminar_session");
    const bool start = name.ends_with("_start");
    if (!start && !name.ends_with("_end")) return std::nullopt;
    return field_of(make_expression(std::move(call), span), start ? "start" : "end", span);
}

void rewrite_call(ast::Expression& expression) {
    auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    if (call == nullptr || call->name.parts.size() != 1) return;
    const std::string name = fold_case(call->name.parts.back().text);
    const SourceSpan span = expression.span;
    if (contains(current_time_functions, name)) {
        if (call->arguments.empty()) expression = current_time("TIMESTAMP", span);
    } else if (contains(current_date_functions, name)) {
        if (call->arguments.empty()) expression = current_time("DATE", span);
    } else if (name == "is_valid_json") {
        rename(*call, "json_valid");
    } else if (name == "test_connection") {
        rename(*call, "laminar_connection_test");
    } else if (name == "acknowledge_message") {
        rename(*call, "laminar_acknowledge");
    } else if (is_time_window_function(name)) {
        if (auto replacement = rewritten_time_window(*call, name, span)) expression = std::move(*replacement);
    }
}

void rewrite_bare_function(ast::Expression& expression) {
    const auto* reference = std::get_if<ast::ColumnReference>(&expression.node);
    if (reference == nullptr || reference->parts.size() != 1 || reference->parts.front().quoted) return;
    const std::string name = fold_case(reference->parts.front().text);
    if (is_bare_function(name)) expression = make_call(name, {}, expression.span);
}

}  // namespace

void rewrite_functions(ast::Expression& expression) {
    ast::visit_expressions(expression, [](ast::Expression& each) {
        rewrite_bare_function(each);
        rewrite_call(each);
    });
}

void rewrite_functions(ast::Query& query) { ast::visit_expressions(query, rewrite_call); }

bool is_rewritten_function(std::string_view name) {
    return contains(current_time_functions, name) || contains(current_date_functions, name) ||
           is_time_window_function(name) || name == "is_valid_json" || name == "test_connection" ||
           name == "acknowledge_message";
}

bool contains_rewritten_function(const ast::Expression& expression) {
    bool found = false;
    ast::visit_expressions(expression, [&found](const ast::Expression& each) {
        if (const auto* call = std::get_if<ast::FunctionCall>(&each.node)) {
            found = found || is_rewritten_function(fold_case(call->name.parts.back().text));
        } else if (const auto* reference = std::get_if<ast::ColumnReference>(&each.node)) {
            found =
                found || (reference->parts.size() == 1 && is_rewritten_function(fold_case(reference->parts[0].text)));
        }
    });
    return found;
}

bool is_time_window_function(std::string_view name) { return contains(time_windows, name); }

ArgumentCount time_window_arguments(std::string_view name) {
    if (name.starts_with("tumble")) return {1, 2};
    if (name.starts_with("hop")) return {2, 2};
    return {1, 1};
}

std::vector<std::string> laminar_function_names() {
    std::vector<std::string> names(std::begin(time_windows), std::end(time_windows));
    for (const std::string_view name : {"is_valid_json", "test_connection", "acknowledge_message", "now"}) {
        names.emplace_back(name);
    }
    return names;
}

bool is_syntax_function(std::string_view name) { return contains(syntax_functions, name); }

std::vector<std::string> syntax_function_names() { return {std::begin(syntax_functions), std::end(syntax_functions)}; }

bool is_bare_function(std::string_view name) { return contains(bare_functions, name); }

ast::Identifier make_identifier(std::string_view text, SourceSpan span) {
    ast::Identifier identifier;
    identifier.text = text;
    identifier.span = span;
    return identifier;
}

ast::Expression make_string(std::string_view text, SourceSpan span) {
    return make_expression(ast::Literal{ast::LiteralKind::string, std::string(text)}, span);
}

ast::Expression make_column(std::string_view relation, std::string_view name, SourceSpan span) {
    ast::ColumnReference reference;
    if (!relation.empty()) reference.parts.push_back(make_identifier(relation, span));
    reference.parts.push_back(make_identifier(name, span));
    return make_expression(std::move(reference), span);
}

ast::Expression make_call(std::string_view name, std::vector<ast::Expression> arguments, SourceSpan span) {
    ast::FunctionCall call;
    call.name.parts.push_back(make_identifier(name, span));
    call.name.span = span;
    for (ast::Expression& argument : arguments) {
        call.arguments.push_back(ast::FunctionArgument{std::nullopt, std::move(argument)});
    }
    return make_expression(std::move(call), span);
}

ast::Expression make_cast(ast::Expression operand, std::string_view type, SourceSpan span) {
    ast::Cast cast;
    cast.operand = std::move(operand);
    cast.type = make_type(type, span);
    return make_expression(std::move(cast), span);
}

}  // namespace laminar
