#include "catalog/query/function_rewriter.h"

#include <algorithm>
#include <utility>

#include "parser/ast/builders.h"
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

void rename(ast::FunctionCall& call, std::string_view name) {
    call.name.parts = {make_identifier(name, call.name.span)};
}

/// The time comes first; of HOP the slide before the size.
ast::TimeWindow time_window(ast::FunctionCall& call, std::string_view name) {
    ast::TimeWindow window;
    std::vector<ast::FunctionArgument>& arguments = call.arguments;
    window.time = std::move(arguments[0].value);
    if (name.starts_with("hop")) {
        window.kind = ast::TimeWindow::Kind::hop;
        window.slide = std::move(arguments[1].value);
        window.size = std::move(arguments[2].value);
        return window;
    }
    window.kind = name.starts_with("session") ? ast::TimeWindow::Kind::session : ast::TimeWindow::Kind::tumble;
    window.size = std::move(arguments[1].value);
    if (arguments.size() > 2) window.offset = std::move(arguments[2].value);
    return window;
}

void rewrite_time_window(ast::Expression& expression, ast::FunctionCall& call, std::string_view name) {
    const ArgumentCount count = time_window_arguments(name);
    if (call.arguments.size() < count.least + 1 || call.arguments.size() > count.most + 1) return;
    const SourceSpan span = expression.span;
    const ast::TimeWindow window = time_window(call, name);
    expression = ast::Expression{span, window};
    const bool start = name.ends_with("_start");
    if (!start && !name.ends_with("_end")) return;
    // Of TUMBLE in words of the whole window, and of its start: so that they are found in what GROUP BY groups by, be
    // it TUMBLE or TUMBLE_START.
    const bool of_start = window.kind == ast::TimeWindow::Kind::tumble;
    expression = make_struct_field(std::move(expression), start || of_start ? "start" : "end");
    if (!start && of_start) expression = make_binary(std::move(expression), ast::OperatorKind::add, *window.size);
}

void rewrite_call(ast::Expression& expression) {
    auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    if (call == nullptr || call->name.parts.size() != 1) return;
    const std::string name = fold_case(call->name.parts.back().text);
    const SourceSpan span = expression.span;
    if (contains(current_time_functions, name)) {
        if (call->arguments.empty()) expression = {span, ast::PresentTime{ast::PresentTime::Kind::timestamp}};
    } else if (contains(current_date_functions, name)) {
        if (call->arguments.empty()) expression = {span, ast::PresentTime{ast::PresentTime::Kind::date}};
    } else if (name == "is_valid_json") {
        rename(*call, "laminar_valid_json");
    } else if (name == "test_connection") {
        rename(*call, "laminar_connection_test");
    } else if (name == "acknowledge_message") {
        // The binder has put the connection before the message.
        if (call->arguments.size() != 2) return rename(*call, "laminar_acknowledge");
        ast::Acknowledge acknowledge;
        acknowledge.connection = std::move(call->arguments[0].value);
        acknowledge.message_id = std::move(call->arguments[1].value);
        expression = {span, std::move(acknowledge)};
    } else if (is_time_window_function(name)) {
        rewrite_time_window(expression, *call, name);
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
            const std::string name = fold_case(call->name.parts.back().text);
            found = found || is_rewritten_function(name) || (is_value_in_time(name) && !call->over);
        } else if (const auto* reference = std::get_if<ast::ColumnReference>(&each.node)) {
            found =
                found || (reference->parts.size() == 1 && is_rewritten_function(fold_case(reference->parts[0].text)));
        }
    });
    return found;
}

bool is_value_in_time(std::string_view name) { return name == "first_value" || name == "last_value"; }

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

}  // namespace laminar
