// Windows: those of Flink's window functions, which add the bounds of its window to each row.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/flink/block.h"
#include "runtime/plan/flink/expressions/aggregates.h"
#include "runtime/plan/flink/first_rows.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/windows.h"

namespace laminar::flink {

Relation FlinkLowering::lower(const logical::WindowAggregate& aggregate, const logical::Node& node) {
    const bool hops = aggregate.is_hopping();
    ColumnType seen(TypeId::structure);
    seen.fields = {{"start", TypeId::timestamp}, {"end", TypeId::timestamp}};
    Block block(aggregate.block, lower_inputs(node), node, engine_, catalog_, findings_,
                hops ? std::optional(seen) : std::nullopt);
    if (block.inputs.front().changes)
        findings_.refuse(node.span, "windows of rows that change have no equal in Flink", "window the rows first");
    const Window window = find_window(aggregate.window, block);
    if (aggregate.purpose == logical::WindowAggregate::Purpose::window_functions)
        return lower_top_of_window(window, block, node);
    if (!has_plain_groups(aggregate.block))
        findings_.refuse(node.span, "GROUPING SETS are not exported", "use one query for each");
    block.writer.set_special([&](const ast::Expression& each) -> std::optional<Written> {
        // Rows that have a window already have it as a column.
        if (!window.table.empty()) {
            if (auto written = window.written(each)) return written;
        }
        const auto* call = std::get_if<ast::FunctionCall>(&each.node);
        if (!call || call->over || !is_aggregate(called_function(each))) return std::nullopt;
        return write_aggregate(block.writer, *call, each, {});
    });
    Relation relation;
    std::string items = write_items(block, node, relation, false);
    std::vector<std::string> groups;
    for (const ast::Expression& group : aggregate.groups) {
        if (!is_of_window(group, window.base) || window.table.empty()) groups.push_back(block.writer.write(group).text);
    }
    groups.push_back(window.start);
    groups.push_back(window.end);
    if (window.has_columns) {
        groups.push_back(window.time);
        items += fmt::format(",\n       {} AS {},\n       {} AS {},\n       {} AS {}", window.start,
                             quoted_name(window_start_column), window.end, quoted_name(window_end_column), window.time,
                             quoted_name(window_time_column));
        relation.window = WindowColumns{window.size, shown_windows(block.select, relation.columns, window.base)};
    }
    std::string text = fmt::format("SELECT {}\nFROM {} AS {}", items,
                                   window.table.empty() ? quoted_name(block.inputs.front().name) : window.table,
                                   quoted_name(block.scope.alias_of(block.scope.relations().front())));
    text += fmt::format("\nGROUP BY {}", fmt::join(groups, ", "));
    if (block.select.having) text += "\nHAVING " + block.writer.write_condition(*block.select.having);
    add_view(node, text, relation);
    return relation;
}

Relation FlinkLowering::lower_top_of_window(const Window& window, Block& block, const logical::Node& node) {
    const FirstRows first = first_rows_of(block.select, block.scope.relations());
    if (!first.limit)
        findings_.refuse(first.call.span.empty() ? node.span : first.call.span,
                         "within windows, Flink has the first rows of a partition alone",
                         "QUALIFY ROW_NUMBER() OVER (PARTITION BY window, key ORDER BY x DESC) <= 10");
    const auto& call = std::get<ast::FunctionCall>(first.call.node);
    const std::string rows = quoted_name(block.scope.alias_of(block.scope.relations().front()));
    block.writer.set_special([&](const ast::Expression& each) -> std::optional<Written> {
        if (ast::same_structure(each, first.call))
            return Written{fmt::format("{}.`{}`", rows, row_number_column), TypeId::bigint, false};
        return window.table.empty() ? std::nullopt : window.written(each);
    });
    std::vector<std::string> partition;
    for (const ast::Expression& key : call.over->partition_by) {
        if (!is_of_window(key, window.base) || window.table.empty()) partition.push_back(block.writer.write(key).text);
    }
    partition.push_back(window.start);
    partition.push_back(window.end);
    const std::string order = write_order(call.over->order_by, block);
    Relation relation;
    std::string items = write_items(block, node, relation, false);
    if (window.has_columns) {
        items += fmt::format(",\n       {} AS {},\n       {} AS {},\n       {} AS {}", window.start,
                             quoted_name(window_start_column), window.end, quoted_name(window_end_column), window.time,
                             quoted_name(window_time_column));
        relation.window = WindowColumns{window.size, shown_windows(block.select, relation.columns, window.base)};
    }
    const std::string source = window.table.empty() ? quoted_name(block.inputs.front().name) : window.table;
    add_view(node,
             fmt::format("SELECT {}\nFROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {}) AS `{}`\n      "
                         "FROM {} AS {}) AS {}\n"
                         "WHERE {}",
                         items, fmt::join(partition, ", "), order, row_number_column, source, rows, rows,
                         block.writer.write_condition(*block.select.qualify)),
             relation);
    return relation;
}

Relation FlinkLowering::lower(const logical::SessionAggregate& session, const logical::Node& node) {
    ColumnType seen(TypeId::structure);
    seen.fields = {{"start", TypeId::timestamp}, {"end", TypeId::timestamp}};
    Block block(session.block, lower_inputs(node), node, engine_, catalog_, findings_, seen);
    const auto& own = std::get<ast::TimeWindow>(session.window.node);
    const Column* time = block.scope.plain_column(*own.time);
    if (!time || !time->is_time || block.inputs.front().changes)
        findings_.refuse(session.window.span, "Flink has sessions of an event time as the table declares it",
                         "declare WATERMARK FOR the column, and use it as it is");
    const std::chrono::milliseconds gap = whole_milliseconds(engine_.length_of(*own.size), own.size->span, findings_);
    if (gap.count() < 2)
        findings_.refuse(own.size->span, "the gap of a session has to be 2 milliseconds at least in Flink");
    std::vector<std::string> keys;
    std::vector<std::string> groups;
    for (const ast::Expression& key : session.partition) {
        const Column* column = block.scope.plain_column(key);
        if (!column)
            findings_.refuse(key.span, "sessions of Flink are partitioned by columns alone",
                             "compute it in a subquery: SELECT ..., x AS key");
        keys.push_back(quoted_name(column->name));
        groups.push_back(block.writer.write(key).text);
    }
    // Rows that are exactly the gap apart are of one session there, and of two here.
    const std::string millisecond = interval_of(std::chrono::milliseconds(1));
    Window window;
    window.base = session.window;
    window.start = "`window_start`";
    window.end = fmt::format("(`window_end` + {})", millisecond);
    block.writer.set_special([&](const ast::Expression& each) -> std::optional<Written> {
        if (auto written = window.written(each)) return written;
        const auto* call = std::get_if<ast::FunctionCall>(&each.node);
        if (!call || call->over || !is_aggregate(called_function(each))) return std::nullopt;
        return write_aggregate(block.writer, *call, each, {});
    });
    Relation relation;
    const std::string items = write_items(block, node, relation, false);
    groups.emplace_back("`window_start`");
    groups.emplace_back("`window_end`");
    const std::string partition = keys.empty() ? "" : fmt::format(" PARTITION BY ({})", fmt::join(keys, ", "));
    std::string text =
        fmt::format("SELECT {}\nFROM TABLE(SESSION(TABLE {}{}, DESCRIPTOR({}), {})) AS {}\nGROUP BY {}", items,
                    quoted_name(block.inputs.front().name), partition, quoted_name(time->name),
                    interval_of(gap - std::chrono::milliseconds(1)),
                    quoted_name(block.scope.alias_of(block.scope.relations().front())), fmt::join(groups, ", "));
    if (block.select.having) text += "\nHAVING " + block.writer.write_condition(*block.select.having);
    add_view(node, text, relation);
    return relation;
}

}  // namespace laminar::flink
