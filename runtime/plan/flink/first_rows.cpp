#include "runtime/plan/flink/first_rows.h"

#include <algorithm>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/group_keys.h"

namespace laminar::flink {

namespace {

/// call <= n, call < n, call = 1, and with the sides changed.
std::optional<std::uint64_t> limit_in(const ast::Expression& condition, const ast::Expression& call) {
    const auto* binary = std::get_if<ast::Binary>(&without_parentheses(condition).node);
    if (!binary) return std::nullopt;
    const ast::Expression* left = &without_parentheses(*binary->left);
    const ast::Expression* right = &without_parentheses(*binary->right);
    ast::OperatorKind kind = binary->op.kind();
    if (ast::same_structure(*right, call)) {
        std::swap(left, right);
        kind = ast::with_sides_changed(kind);
    }
    const auto number = constant_number(*right);
    if (!ast::same_structure(*left, call) || !number || *number == 0) return std::nullopt;
    if (kind == ast::OperatorKind::less_equal) return number;
    if (kind == ast::OperatorKind::less && *number > 1) return *number - 1;
    if (kind == ast::OperatorKind::equal && *number == 1) return number;
    return std::nullopt;
}

}  // namespace

FirstRows first_rows_of(ast::Select& select, const std::vector<FromRelation>& relations) {
    if (select.qualify) write_out_aliases(*select.qualify, select, relations);
    const std::vector<ast::Expression> calls = window_functions_of(select);
    FirstRows first;
    if (calls.empty()) return first;
    first.call = calls.front();
    const bool is_alone = std::all_of(
        calls.begin(), calls.end(), [&](const ast::Expression& each) { return ast::same_structure(each, first.call); });
    if (!is_alone || called_function(first.call) != "row_number" || !select.qualify) return first;
    for (const ast::Expression& part : conjuncts_of(*select.qualify)) {
        if (const auto limit = limit_in(part, first.call)) first.limit = limit;
    }
    return first;
}

}  // namespace laminar::flink
