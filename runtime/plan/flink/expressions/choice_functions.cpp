// Functions that choose among their arguments.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/plan/flink/expressions/function_tables.h"

namespace laminar::flink {

namespace {

constexpr std::size_t most_compared = 8;

std::vector<Written> united(const Call& call) {
    std::vector<Written> values;
    for (std::size_t index = 0; index < call.count(); ++index)
        values.push_back(call.writer.write_as(call.argument(index), call.type));
    (void)unite(values, call.type, call.whole.span, call.writer.findings());
    return values;
}

std::vector<std::string> texts_of(const std::vector<Written>& values) {
    std::vector<std::string> texts;
    for (const Written& value : values) texts.push_back(value.text);
    return texts;
}

Written coalesce(const Call& call) {
    const std::vector<Written> values = united(call);
    return {fmt::format("COALESCE({})", fmt::join(texts_of(values), ", ")), values.front().type};
}

Written nullif(const Call& call) {
    ast::Binary same;
    same.op = ast::OperatorKind::equal;
    same.left = call.argument(0);
    same.right = call.argument(1);
    const std::string condition = call.writer.write_condition(ast::Expression{call.whole.span, std::move(same)});
    const Written value = call.writer.write_as(call.argument(0), call.type);
    return {fmt::format("(CASE WHEN {} THEN NULL ELSE {} END)", condition, value.text), value.type};
}

Written if_function(const Call& call) {
    std::vector<Written> values{call.writer.write_as(call.argument(1), call.type),
                                call.writer.write_as(call.argument(2), call.type)};
    const ColumnType type = unite(values, call.type, call.whole.span, call.writer.findings());
    return {fmt::format("(CASE WHEN {} THEN {} ELSE {} END)", call.writer.write_condition(call.argument(0)),
                        values[0].text, values[1].text),
            type};
}

/// One that is NULL is left out here, and makes the whole NULL there: the others stand in for it.
Written extreme(const Call& call, const char* function) {
    const std::vector<Written> values = united(call);
    const std::vector<std::string> texts = texts_of(values);
    std::vector<std::string> rotated;
    for (std::size_t first = 0; first < texts.size(); ++first) {
        std::vector<std::string> order(texts.begin() + static_cast<std::ptrdiff_t>(first), texts.end());
        order.insert(order.end(), texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(first));
        rotated.push_back(fmt::format("COALESCE({})", fmt::join(order, ", ")));
    }
    return {fmt::format("{}({})", function, fmt::join(rotated, ", ")), values.front().type};
}
Written greatest(const Call& call) { return extreme(call, "GREATEST"); }
Written least(const Call& call) { return extreme(call, "LEAST"); }

}  // namespace

const std::vector<Function>& choice_functions() {
    static const std::vector<Function> all{
        {"coalesce", 1, 64, coalesce, "coalesce(i, 0)", "COALESCE"},
        {"ifnull", 2, 2, coalesce, "ifnull(i, 0)", "COALESCE"},
        {"nullif", 2, 2, nullif, "nullif(i, 0)", "CASE"},
        {"if", 3, 3, if_function, "if(b, i, 0)", "CASE"},
        {"greatest", 2, most_compared, greatest, "greatest(i, 3)", "GREATEST, where others stand in for NULL"},
        {"least", 2, most_compared, least, "least(i, 3)", "LEAST, where others stand in for NULL"},
    };
    return all;
}

}  // namespace laminar::flink
