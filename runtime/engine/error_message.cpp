#include "runtime/engine/error_message.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/text/name_suggester.h"
#include "runtime/engine/messages/type_names.h"

namespace laminar {

namespace {

using Code = DiagnosticCode;

constexpr std::size_t shown_candidates = 4;

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

/// Text between the first before and the next after; nullopt when they are not there.
std::optional<std::string> between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t begin = text.find(before);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t from = begin + before.size();
    const std::size_t end = text.find(after, from);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(text.substr(from, end - from));
}

/// All names in "double quotes" in the lines that list candidates.
std::vector<std::string> candidates_in(std::string_view message) {
    std::vector<std::string> names;
    const std::size_t list = std::min(message.find("\nCandidate"), message.find("\nDid you mean"));
    std::size_t at = list;
    while (at != std::string_view::npos) {
        const std::size_t begin = message.find('"', at);
        if (begin == std::string_view::npos) break;
        const std::size_t end = message.find('"', begin + 1);
        if (end == std::string_view::npos) break;
        names.emplace_back(message.substr(begin + 1, end - begin - 1));
        at = end + 1;
    }
    return names;
}

std::vector<std::string> visible(std::vector<std::string> names) {
    std::erase_if(names, [](const std::string& name) { return name.empty() || name.starts_with("__") || name == "*"; });
    return names;
}

std::string listed(const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t index = 0; index < items.size() && index < shown_candidates; ++index)
        text += (index > 0 ? ", " : "") + items[index];
    if (items.size() > shown_candidates) text += " and " + std::to_string(items.size() - shown_candidates) + " more";
    return text;
}

std::string suggestion(std::string_view name, std::vector<std::string> candidates, std::string_view what) {
    candidates = visible(std::move(candidates));
    std::string hint = did_you_mean(name, candidates);
    if (!hint.empty() || candidates.empty()) return hint;
    for (std::string& candidate : candidates) candidate = quoted(candidate);
    return std::string(what) + ": " + listed(candidates);
}

ErrorMessage unknown_column(const EngineError& error) {
    if (error.message.find("the FROM clause is missing") != std::string::npos)
        return {Code::unknown_column, "no column is named " + quoted(error.name) + ": there is no FROM", {}};
    return {Code::unknown_column, "no column is named " + quoted(error.name),
            suggestion(error.name, error.candidates, "similar names")};
}

/// Functions that the engine looks for among the others when OVER is missing.
bool is_window_only(std::string_view name) {
    static constexpr std::array<std::string_view, 11> names{"cume_dist",    "dense_rank", "first_value", "lag",
                                                            "last_value",   "lead",       "nth_value",   "ntile",
                                                            "percent_rank", "rank",       "row_number"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

ErrorMessage missing_entry(const EngineError& error, std::span<const std::string> names) {
    if (is_window_only(error.name))
        return {Code::query_binding_error, "function " + error.name + " is for windows alone",
                "write " + error.name + "(...) OVER (...)"};
    if (error.object_type.find("Function") != std::string::npos)
        return {Code::unknown_function, "no function is named " + quoted(error.name),
                did_you_mean(error.name, names.empty() ? std::span<const std::string>(error.candidates) : names)};
    if (error.object_type == "Type")
        return {Code::unknown_type, "no type is named " + quoted(error.name),
                did_you_mean(error.name, error.candidates)};
    return {Code::unknown_relation, "no relation is named " + quoted(error.name),
            did_you_mean(error.name, error.candidates)};
}

/// The arguments of "sum(VARCHAR, INTEGER)", separated outside of brackets.
std::vector<std::string> arguments_of(std::string_view call) {
    std::vector<std::string> arguments;
    const std::size_t open = call.find('(');
    const std::size_t close = call.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close <= open + 1) return arguments;
    int depth = 0;
    std::size_t begin = open + 1;
    for (std::size_t at = begin; at <= close; ++at) {
        if (call[at] == '(' || call[at] == '[') ++depth;
        const bool ends = at == close || (call[at] == ',' && depth == 0);
        if ((call[at] == ')' || call[at] == ']') && at != close) --depth;
        if (!ends) continue;
        std::string_view argument = call.substr(begin, at - begin);
        argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
        arguments.emplace_back(argument);
        begin = at + 1;
    }
    return arguments;
}

std::string operator_name(const std::string& name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> likes{
        {{"~~", "LIKE"}, {"!~~", "NOT LIKE"}, {"~~*", "ILIKE"}, {"!~~*", "NOT ILIKE"}}};
    for (const auto& [internal, sql] : likes)
        if (name == internal) return std::string(sql);
    return name;
}

bool is_operator(std::string_view name) {
    return std::none_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)); });
}

ErrorMessage no_matching_function(const EngineError& error) {
    const std::string call = with_sql_types(error.call);
    if (is_operator(error.name)) {
        std::string operands;
        for (const std::string& argument : arguments_of(call)) operands += (operands.empty() ? "" : " and ") + argument;
        return {Code::query_type_error, "operator " + operator_name(error.name) + " cannot be applied to " + operands,
                "convert with CAST(... AS type) or ...::type"};
    }
    std::vector<std::string> forms;
    for (const std::string& candidate : error.candidates) forms.push_back(candidate.substr(0, candidate.find(" -> ")));
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
    return {Code::query_type_error, "function " + error.name + " does not take these arguments: " + call,
            forms.empty() ? std::string() : "it takes " + with_sql_types(listed(forms))};
}

std::string first_line(std::string_view message) {
    std::string line(message.substr(0, message.find('\n')));
    while (!line.empty() && (line.back() == '!' || line.back() == '.' || line.back() == ' ')) line.pop_back();
    const bool capital_word = line.size() > 1 && std::isupper(static_cast<unsigned char>(line[0])) &&
                              !std::isupper(static_cast<unsigned char>(line[1]));
    if (capital_word) line[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(line[0])));
    return with_sql_types(std::move(line));
}

/// Binder errors that have no subtype of their own, by their wording.
std::optional<ErrorMessage> known_wording(const EngineError& error) {
    const std::string& text = error.message;
    if (const auto name = between(text, "Ambiguous reference to column name \"", "\"")) {
        std::string hint = between(text, "(use: ", ")").value_or("");
        return ErrorMessage{Code::ambiguous_column, "column " + quoted(*name) + " could be of more than one relation",
                            hint.empty() ? hint : "write " + hint};
    }
    if (const auto name = between(text, "Referenced table \"", "\" not found"))
        return ErrorMessage{Code::unknown_relation, "no relation in FROM is named " + quoted(*name),
                            suggestion(*name, candidates_in(text), "similar names")};
    if (const auto name = between(text, " does not have a column named \"", "\"")) {
        const std::string table = between(text, "\"", "\"").value_or("");
        return ErrorMessage{Code::unknown_column, quoted(table) + " has no column " + quoted(*name),
                            suggestion(*name, candidates_in(text), "similar names")};
    }
    if (const auto name = between(text, "Could not find key \"", "\" in struct"))
        return ErrorMessage{Code::unknown_column, "the structure has no field " + quoted(*name),
                            suggestion(*name, candidates_in(text), "similar names")};
    if (const auto types = between(text, "Cannot compare values of type ", " - an explicit cast"))
        return ErrorMessage{Code::query_type_error,
                            "cannot compare " + with_sql_types(types->substr(0, types->find(" and type "))) + " with " +
                                with_sql_types(types->substr(types->find(" and type ") + 10)),
                            "convert one side with CAST(... AS type) or ...::type"};
    if (const auto name = between(text, "Cannot extract field '", "' from expression"))
        return ErrorMessage{Code::query_type_error,
                            "field " + quoted(*name) + " is taken of what is not a structure, union, map or JSON",
                            {}};
    if (const auto name = between(text, "extract specifier \"", "\" not recognized")) {
        static const std::vector<std::string> units{
            "microsecond", "millisecond", "second", "minute",  "hour",       "day",   "week", "month",
            "quarter",     "year",        "decade", "century", "millennium", "epoch", "dow",  "doy"};
        return ErrorMessage{Code::query_type_error, quoted(*name) + " is not a unit of time",
                            did_you_mean(*name, units)};
    }
    if (text.starts_with("Set operations can only apply"))
        return ErrorMessage{Code::query_type_error,
                            "the queries that UNION, INTERSECT or EXCEPT combine have different numbers of columns",
                            {}};
    if (const auto call = between(text, "for the function call \"", "\". In order"))
        return ErrorMessage{Code::query_type_error, "several forms of a function fit the call " + with_sql_types(*call),
                            "convert the arguments with CAST(... AS type) or ...::type"};
    if (const auto name = between(text, "Macro ", "() does not support")) {
        const std::size_t form = text.rfind('\t');
        return ErrorMessage{Code::query_type_error, "function " + *name + " does not take these arguments",
                            form == std::string::npos ? "" : "it takes " + text.substr(form + 1)};
    }
    const std::size_t group_by = text.find(" must appear in the GROUP BY clause");
    if (group_by != std::string::npos && text.starts_with("column ")) {
        std::string name = text.substr(7, group_by - 7);
        if (!name.starts_with('"')) name = quoted(name);
        return ErrorMessage{Code::query_binding_error,
                            "column " + name + " must be in GROUP BY or inside an aggregate function",
                            "add it to GROUP BY, or use any_value(" + name + ") when any of its values will do"};
    }
    return std::nullopt;
}

Code code_of_type(const std::string& type) {
    if (type == "Binder" || type == "Catalog") return Code::query_binding_error;
    if (type == "Conversion" || type == "Mismatch Type" || type == "Out of Range") return Code::query_type_error;
    if (type == "Interrupt") return Code::cancelled;
    return Code::query_error;
}

ErrorMessage describe(const EngineError& error, std::span<const std::string> names) {
    if (error.subtype == "COLUMN_NOT_FOUND" && !error.name.empty()) return unknown_column(error);
    if (error.subtype == "MISSING_ENTRY" && !error.name.empty()) return missing_entry(error, names);
    if (error.subtype == "NO_MATCHING_FUNCTION" && !error.call.empty()) return no_matching_function(error);
    if (auto known = known_wording(error)) return std::move(*known);
    if (error.type == "Permission")
        return {Code::query_error, "a query cannot reach files or addresses itself",
                "declare a connection, such as CREATE CONNECTION c TO file (path = ...), and read from that"};
    if (error.type == "Out of Memory" && error.message.find("allocate") != std::string::npos)
        return {Code::query_error, "out of memory: " + first_line(error.message),
                "read less at once, or allow more: SET memory_limit = '8GB'"};
    std::string message = first_line(error.message);
    std::string hint = suggestion(name_in_error(error), candidates_in(error.message), "similar names");
    if (message.find("WHERE clause cannot contain window functions") != std::string::npos)
        hint = "WHERE comes before them; put the condition into QUALIFY, which comes after";
    if (const std::size_t sentence = message.find(". "); sentence != std::string::npos) {
        if (hint.empty()) hint = message.substr(sentence + 2);
        message.resize(sentence);
    }
    return {code_of_type(error.type), std::move(message), std::move(hint)};
}

}  // namespace

ErrorMessage describe_engine_error(const EngineError& error, std::span<const std::string> names) {
    ErrorMessage described = describe(error, names);
    described.sql_state = error.sql_state;
    return described;
}

std::string name_in_error(const EngineError& error) {
    if (!error.name.empty() && !is_operator(error.name)) return error.name;
    if (const auto column = between(error.message, " does not have a column named \"", "\"")) return *column;
    if (const auto field = between(error.message, "Cannot extract field '", "'")) return *field;
    if (const auto name = between(error.message, "\"", "\"")) return *name;
    if (const auto column = between(error.message, "column ", " ")) return *column;
    return {};
}

}  // namespace laminar
