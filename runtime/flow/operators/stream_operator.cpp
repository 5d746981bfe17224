#include "runtime/flow/operators/stream_operator.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/write/sql_writer.h"

namespace laminar {

StateIdentity OperatorContext::state(const std::string& part) const {
    return {part.empty() ? name : name + ":" + part, fingerprint, store, is_there};
}

std::unique_ptr<StreamOperator> make_operator(const PlannedOperator& planned, const OperatorContext& context) {
    return std::visit(
        [&](const auto& plan) -> std::unique_ptr<StreamOperator> {
            using T = std::remove_cvref_t<decltype(plan)>;
            if constexpr (std::is_same_v<T, WindowPlan>) {
                return make_window_operator(planned, plan, context);
            } else if constexpr (std::is_same_v<T, SessionPlan>) {
                return make_session_operator(planned, plan, context);
            } else if constexpr (std::is_same_v<T, OverPlan>) {
                return make_over_operator(planned, plan, context);
            } else if constexpr (std::is_same_v<T, JoinPlan>) {
                return plan.kind == JoinPlan::Kind::asof ? make_asof_operator(planned, plan, context)
                                                         : make_join_operator(planned, plan, context);
            } else {
                return make_changing_operator(planned, plan, context);
            }
        },
        planned.node);
}

std::string query_over(const ast::Query& query, const std::vector<std::string>& rows) {
    SqlWriterOptions options;
    options.scan_text = [&](const ast::BoundScan& scan) { return rows.at(operator_rows_scan - scan.input); };
    return write_query(query, options).text;
}

namespace {

bool has_floats(const ColumnType& type) {
    return type.id == TypeId::float32 || type.id == TypeId::float64 ||
           std::any_of(type.fields.begin(), type.fields.end(),
                       [](const auto& field) { return has_floats(field.type); });
}

}  // namespace

std::string sort_terms(const std::vector<OutputColumn>& columns) {
    std::string terms;
    for (const OutputColumn& column : columns) {
        const std::string name = always_quote_identifier(column.name);
        terms += terms.empty() ? "" : ", ";
        terms += has_floats(column.type) ? fmt::format("create_sort_key({}, 'ASC NULLS LAST')", name) : name;
    }
    return terms;
}

std::string ordered(const std::string& query, const PlannedOperator& planned, bool by_end) {
    std::string order;
    const auto add = [&](const std::string& term) { order += (order.empty() ? "" : ", ") + term; };
    for (const OutputColumn& column : planned.columns) {
        const bool window = by_end && column.type.id == TypeId::structure && column.type.fields.size() == 2 &&
                            column.type.fields[1].name == "end";
        if (window) add(always_quote_identifier(column.name) + ".\"end\"");
    }
    for (const auto& time : planned.time_columns) add(always_quote_identifier(time.name));
    add(sort_terms(planned.columns));
    return fmt::format("SELECT * FROM ({}) ORDER BY {}", query, order);
}

std::optional<std::int64_t> least_timestamp(const ResultTable& rows, const std::string& column) {
    const auto found = std::find_if(rows.columns.begin(), rows.columns.end(),
                                    [&](const OutputColumn& each) { return each.name == column; });
    if (found == rows.columns.end()) return std::nullopt;
    const ColumnVector& values = rows.values[static_cast<std::size_t>(found - rows.columns.begin())];
    std::optional<std::int64_t> least;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (!values.is_valid(row)) continue;
        const std::int64_t value = values.values<std::int64_t>()[row];
        if (!least || value < *least) least = value;
    }
    return least;
}

}  // namespace laminar
