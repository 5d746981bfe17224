#include "catalog/query/function_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/objects/session_settings.h"
#include "catalog/query/function_rewriter.h"
#include "parser/ast/deep_walk.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

std::string folded_name(const ast::FunctionCall& call) { return fold_case(call.name.parts.back().text); }

bool is_query(const ast::Expression& expression) {
    if (std::holds_alternative<ast::Subquery>(expression.node) || std::holds_alternative<ast::Exists>(expression.node))
        return true;
    if (const auto* in = std::get_if<ast::In>(&expression.node)) return static_cast<bool>(in->query);
    const auto* quantified = std::get_if<ast::Quantified>(&expression.node);
    return quantified != nullptr && static_cast<bool>(quantified->query);
}

}  // namespace

bool FunctionCheck::is_known(const std::string& name, bool table) {
    const auto [entry, is_new] = known_.try_emplace({name, table}, false);
    if (is_new) entry->second = table ? checker_.has_table_function(name) : checker_.has_function(name);
    return entry->second;
}

bool FunctionCheck::check_call(const ast::FunctionCall& call, Diagnostics& diagnostics) {
    const std::string name = folded_name(call);
    if (catalog_.find_function(name) != nullptr || is_rewritten_function(name) || is_syntax_function(name)) return true;
    if (name == "current_setting") return check_setting_name(call, diagnostics);
    return is_known(name, false) || report(call, name, false, diagnostics);
}

bool FunctionCheck::check_table_function(const ast::FunctionCall& call, Diagnostics& diagnostics) {
    const std::string name = folded_name(call);
    return name == "unnest" || is_known(name, true) || report(call, name, true, diagnostics);
}

bool FunctionCheck::report(const ast::FunctionCall& call, const std::string& name, bool table,
                           Diagnostics& diagnostics) {
    const std::string& written = call.name.parts.back().text;
    switch (checker_.is_withheld(name)) {
        case Withheld::reaches_files:
            diagnostics.error(
                DiagnosticCode::query_error, call.name.span, "a query cannot reach files or addresses itself",
                "declare a connection, such as CREATE CONNECTION c TO file (path = ...), and read from that");
            return false;
        case Withheld::of_the_engine:
            diagnostics.error(
                DiagnosticCode::query_error, call.name.span,
                fmt::format("\"{}\" is no function for queries: it is about the SQL engine itself", written),
                "the system tables and SHOW tell what there is; SET changes settings");
            return false;
        case Withheld::no:
            break;
    }
    if (names_.empty()) {
        names_ = checker_.function_names();
        for (const CatalogObject* object : catalog_.objects(ast::ObjectKind::function))
            names_.push_back(definition_of(*object).name);
        for (std::string& own : laminar_function_names()) names_.push_back(std::move(own));
        for (std::string& syntax : syntax_function_names()) names_.push_back(std::move(syntax));
    }
    std::string hint;
    if (table && (checker_.has_function(name) || catalog_.find_function(name) != nullptr))
        hint = "it gives one value: SELECT " + written + "(...)";
    if (hint.empty()) hint = did_you_mean(written, names_);
    if (hint.empty()) hint = "define it: CREATE FUNCTION " + written + "(x) AS ...";
    diagnostics.error(DiagnosticCode::unknown_function, call.name.span,
                      fmt::format("no {} is named \"{}\"", table ? "function for FROM" : "function", written),
                      std::move(hint));
    return false;
}

/// Of the engine's settings many tell of paths and of how it was set up: those that SET knows are the user's own.
bool FunctionCheck::check_setting_name(const ast::FunctionCall& call, Diagnostics& diagnostics) const {
    const auto* name =
        call.arguments.size() == 1 ? std::get_if<ast::Literal>(&call.arguments.front().value.node) : nullptr;
    if (name != nullptr && equals_ignoring_case(name->text, max_latency_setting)) {
        diagnostics.error(DiagnosticCode::query_error, call.name.span,
                          "current_setting tells only of settings of the engine", "SHOW SETTINGS LIKE 'max_latency'");
        return false;
    }
    if (name != nullptr && session_setting_schema().find(name->text) != nullptr) return true;
    diagnostics.error(DiagnosticCode::query_error, call.name.span,
                      "current_setting tells only of the settings that SET knows, named in a string",
                      "SHOW SETTINGS lists them: current_setting('memory_limit')");
    return false;
}

bool FunctionCheck::check_size(const ast::Expression& size, std::string_view function, const SizeRole& role,
                               Diagnostics& diagnostics) {
    const IntervalLength length = checker_.interval_length(size);
    if (length.varies && role.must_be_fixed) {
        diagnostics.error(DiagnosticCode::query_type_error, size.span,
                          fmt::format("the {} of {} must be the same for all rows", role.name, function),
                          "write it as an interval, such as INTERVAL '5 minutes'");
        return false;
    }
    if (!length.is_known) return true;
    if (length.mixes_months && role.cuts_time) {
        diagnostics.error(
            DiagnosticCode::query_type_error, size.span,
            fmt::format("the {} of {} mixes months, which have no length in days, with days or time", role.name,
                        function),
            "write months alone or days and time alone, such as INTERVAL '1 month' or INTERVAL '31 days'");
        return false;
    }
    if (length.length.count() > 0) return true;
    diagnostics.error(DiagnosticCode::query_type_error, size.span,
                      fmt::format("the {} of {} must be longer than nothing", role.name, function),
                      "write it as an interval, such as INTERVAL '5 minutes'");
    return false;
}

bool FunctionCheck::check_windows(const ast::FunctionCall& call, std::size_t first, Diagnostics& diagnostics) {
    const std::string name = folded_name(call);
    const std::string function = upper_case(name);
    if (call.arguments.size() <= first) return true;
    const ast::Expression& size = call.arguments[first].value;
    if (name.starts_with("session")) return check_size(size, function, {"gap", true, false}, diagnostics);
    if (!name.starts_with("hop")) return check_size(size, function, {"size", false, true}, diagnostics);
    if (call.arguments.size() <= first + 1) return true;
    const ast::Expression& whole = call.arguments[first + 1].value;
    bool good = check_size(size, function, {"slide", true, true}, diagnostics);
    good = check_size(whole, function, {"size", true, false}, diagnostics) && good;
    if (!good) return false;
    const IntervalLength slide = checker_.interval_length(size);
    const IntervalLength span = checker_.interval_length(whole);
    if (!slide.is_known || !span.is_known) return true;
    const std::int64_t windows = span.length.count() / slide.length.count();
    if (windows <= most_windows_of_a_row) return true;
    diagnostics.error(DiagnosticCode::query_type_error, whole.span,
                      fmt::format("every row would be in {} windows; {} may be", windows, most_windows_of_a_row),
                      "make the slide longer or the size shorter");
    return false;
}

bool FunctionCheck::check_all(const ast::Expression& expression, Diagnostics& diagnostics) {
    bool good = true;
    const auto on_call = [&](const ast::FunctionCall& call) {
        const std::string name = folded_name(call);
        good = check_call(call, diagnostics) && good;
        if (name.starts_with("hop") || name.starts_with("session")) {
            if (!is_time_window_function(name)) return;
            diagnostics.error(DiagnosticCode::invalid_definition, call.name.span,
                              fmt::format("{} can only stand in a query itself", upper_case(name)),
                              "group by it there");
            good = false;
        } else if (is_time_window_function(name)) {
            good = check_windows(call, 1, diagnostics) && good;
        } else if (name == "time_bucket") {
            good = check_windows(call, 0, diagnostics) && good;
        }
    };
    const auto on_expression = [&](const ast::Expression& each) {
        if (const auto* call = std::get_if<ast::FunctionCall>(&each.node)) on_call(*call);
    };
    const auto on_table = [&](const ast::TableReference& table) {
        const auto* function = std::get_if<ast::TableFunction>(&table.node);
        const auto* call = function == nullptr ? nullptr : std::get_if<ast::FunctionCall>(&function->call.node);
        if (call != nullptr) good = check_table_function(*call, diagnostics) && good;
    };
    ast::DeepWalk(on_expression, on_table)(expression);
    return good;
}

/// The first thing in an expression, or in the functions it calls, that needs more rows than one; and where.
std::pair<std::string_view, SourceSpan> FunctionCheck::more_than_a_row(const ast::Expression& expression,
                                                                       std::set<std::string>& seen) {
    std::pair<std::string_view, SourceSpan> found;
    ast::visit_expressions(expression, [&](const ast::Expression& each) {
        if (!found.first.empty()) return;
        const auto* call = std::get_if<ast::FunctionCall>(&each.node);
        if (is_query(each)) {
            found = {"a subquery", each.span};
        } else if (call != nullptr && call->over) {
            found = {"a window function", each.span};
        } else if (call != nullptr) {
            const std::string name = folded_name(*call);
            const FunctionObject* declared = catalog_.find_function(name);
            if (declared != nullptr && seen.insert(name).second)
                found = {more_than_a_row(declared->body, seen).first, each.span};
            else if (declared == nullptr && checker_.is_aggregate(name))
                found = {"an aggregate", each.span};
        }
    });
    return found;
}

bool FunctionCheck::check_row_by_row(const ast::Expression& expression, std::string_view what,
                                     Diagnostics& diagnostics) {
    std::set<std::string> seen;
    const auto [found, span] = more_than_a_row(expression, seen);
    if (found.empty()) return true;
    diagnostics.error(DiagnosticCode::invalid_definition, span,
                      fmt::format("{} is computed for each row by itself, so it cannot have {}", what, found),
                      "compute it in a view or pipeline");
    return false;
}

}  // namespace laminar
