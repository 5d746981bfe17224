// Functions of regular expressions, and of JSON.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/expressions/function_tables.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/patterns.h"

namespace laminar::flink {

namespace {

std::string pattern(const Call& call) {
    const auto text = literal_text(call.argument(1));
    const auto written = text ? java_pattern(*text) : std::nullopt;
    if (!written)
        call.refuse("Flink reads this regular expression otherwise, or it is not a literal",
                    "write it without \\b, (?i), look-around and possessive quantifiers");
    return quoted_text(*written);
}

Written matches(const Call& call) {
    return {fmt::format("REGEXP({}, {})", call.text(0).text, pattern(call)), TypeId::boolean};
}

/// Empty without a match here, NULL there.
Written extract(const Call& call) {
    std::uint64_t group = 0;
    if (call.count() == 3) {
        const auto written = constant_number(without_parentheses(call.argument(2)));
        if (!written) call.refuse("the group of regexp_extract has to be a literal number");
        group = *written;
    }
    return {
        fmt::format("(CASE WHEN {0} IS NOT NULL THEN COALESCE(REGEXP_EXTRACT({0}, {1}, {2}), CAST('' AS STRING)) END)",
                    call.text(0).text, pattern(call), group),
        TypeId::varchar};
}

Written replace(const Call& call) {
    const auto replacement = literal_text(call.argument(2));
    const auto options = call.count() == 4 ? literal_text(call.argument(3)) : std::nullopt;
    if (options != "g")
        call.refuse("Flink replaces every match, regexp_replace here the first",
                    "regexp_replace(s, pattern, text, 'g')");
    if (!replacement || !is_plain_replacement(*replacement))
        call.refuse("Flink refers to groups otherwise in what a match is replaced by",
                    "write a literal without \\ and $");
    return {fmt::format("REGEXP_REPLACE({}, {}, {})", call.text(0).text, pattern(call), quoted_text(*replacement)),
            TypeId::varchar};
}

Written json_text(const Call& call) {
    ast::Binary arrow;
    arrow.op = ast::OperatorKind::json_text;
    arrow.left = call.argument(0);
    arrow.right = call.argument(1);
    return call.writer.write(ast::Expression{call.whole.span, std::move(arrow)});
}

}  // namespace

const std::vector<Function>& pattern_functions() {
    static const std::vector<Function> all{
        {"regexp_matches", 2, 2, matches, "regexp_matches(s, '[0-9]+')", "REGEXP"},
        {"regexp_extract", 2, 3, extract, "regexp_extract(s, 'q=(\\d+)', 1)", "REGEXP_EXTRACT, '' without a match"},
        {"regexp_replace", 4, 4, replace, "regexp_replace(s, 'a+', 'b', 'g')", "REGEXP_REPLACE"},
        {"json_extract_string", 2, 2, json_text, "json_extract_string(j, '$.a')", "JSON_VALUE or JSON_QUERY"},
    };
    return all;
}

}  // namespace laminar::flink
