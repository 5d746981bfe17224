// Window functions: frames that end at the row, in the order of its time, and the first rows of partitions.
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
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

using Kind = ast::FrameBound::Kind;

/// Writes what OVER says in Flink SQL.
class OverWriter {
public:
    OverWriter(ExpressionWriter& writer, const ast::WindowSpecification& over, SourceSpan span)
        : writer_(writer), over_(over), span_(span) {}

    /// frame: instead of the one that is written.
    [[nodiscard]] std::string text(const std::string& frame) const {
        std::string partition;
        for (const ast::Expression& key : over_.partition_by)
            partition += fmt::format("{}{}", partition.empty() ? "PARTITION BY " : ", ", writer_.write(key).text);
        return fmt::format(" OVER ({}{}ORDER BY {} {})", partition, partition.empty() ? "" : " ", time(), frame);
    }

    [[nodiscard]] std::string frame() const {
        if (!over_.frame) return "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
        const ast::WindowFrame& frame = *over_.frame;
        const bool ends_here = !frame.end || frame.end->kind == Kind::current_row;
        if (!ends_here || frame.exclusion != ast::WindowFrame::Exclusion::none ||
            frame.unit == ast::WindowFrame::Unit::groups)
            writer_.findings().refuse(frame.span.empty() ? span_ : frame.span, "frames of Flink end at the row itself",
                                      "write ROWS BETWEEN 9 PRECEDING AND CURRENT ROW");
        const char* unit = frame.unit == ast::WindowFrame::Unit::rows ? "ROWS" : "RANGE";
        return fmt::format("{} BETWEEN {} AND CURRENT ROW", unit, begin(frame));
    }

private:
    [[nodiscard]] std::string begin(const ast::WindowFrame& frame) const {
        if (frame.begin.kind == Kind::unbounded_preceding) return "UNBOUNDED PRECEDING";
        if (frame.begin.kind == Kind::current_row && frame.unit == ast::WindowFrame::Unit::range) return "CURRENT ROW";
        if (frame.begin.kind == Kind::preceding && frame.unit == ast::WindowFrame::Unit::rows) {
            if (const auto rows = constant_number(without_parentheses(*frame.begin.offset)))
                return fmt::format("{} PRECEDING", *rows);
        }
        if (frame.begin.kind == Kind::preceding && frame.unit == ast::WindowFrame::Unit::range) {
            bool is_negative = false;
            const auto length = writer_.write_interval(*frame.begin.offset, is_negative);
            if (length && !is_negative) return *length + " PRECEDING";
        }
        writer_.findings().refuse(frame.span.empty() ? span_ : frame.span, "this frame has no equal in Flink",
                                  "a number of rows, or a constant interval without months, has one");
    }

    [[nodiscard]] std::string time() const {
        const Column* column =
            over_.order_by.size() == 1 ? writer_.scope().plain_column(over_.order_by.front().value) : nullptr;
        const bool is_time =
            column && column->is_time && over_.order_by.front().direction != ast::OrderItem::Direction::descending;
        if (!is_time)
            writer_.findings().refuse(span_,
                                      "window functions of Flink go by the event time alone, as the table declares it",
                                      "OVER (PARTITION BY key ORDER BY ts) over a column with WATERMARK FOR");
        return writer_.write(over_.order_by.front().value).text;
    }

    ExpressionWriter& writer_;
    const ast::WindowSpecification& over_;
    SourceSpan span_;
};

/// A window function in Flink SQL, with what OVER says.
struct WrittenCall {
    std::string over;
    Written value;
};

WrittenCall write_call(ExpressionWriter& writer, const ast::Expression& whole) {
    const auto& call = std::get<ast::FunctionCall>(whole.node);
    const std::string name = called_function(whole);
    const OverWriter over(writer, *call.over, whole.span);
    if (name == "lag")
        writer.findings().refuse(whole.span, "of rows of one time, Flink takes each for its own predecessor",
                                 "let a pipeline in Laminar compute LAG");
    if (name == "lead")
        writer.findings().refuse(whole.span, "Flink has no LEAD: nothing there looks ahead",
                                 "let a pipeline in Laminar compute it");
    if (!is_aggregate(name))
        writer.findings().refuse(whole.span, fmt::format("{} has no equal in Flink as a window function", name),
                                 "aggregates have one, and ROW_NUMBER() <= n");
    const std::string text = over.text(over.frame());
    return {text, write_aggregate(writer, call, whole, {text, true})};
}

}  // namespace

Relation FlinkLowering::lower(const logical::OverTime& over, const logical::Node& node) {
    Block block(over.block, lower_inputs(node), node, engine_, catalog_, findings_);
    if (over.at_once || block.inputs.front().changes)
        findings_.refuse(node.span, "window functions of Flink go by an event time",
                         "declare WATERMARK FOR a column, and order by it");
    const FirstRows first = first_rows_of(block.select, block.scope.relations());
    if (first.limit == 1) return lower_first_rows(block, node, true);
    std::vector<ast::Expression> calls;
    for (const ast::Expression& call : window_functions_of(block.select)) {
        if (std::none_of(calls.begin(), calls.end(), [&](const auto& each) { return ast::same_structure(each, call); }))
            calls.push_back(call);
    }
    // One OVER for each query: those that follow go around.
    const std::string rows = quoted_name(block.scope.alias_of(block.scope.relations().front()));
    std::vector<std::pair<std::string, std::string>> layers;  // What OVER says, and the columns with it.
    std::vector<std::pair<ast::Expression, Written>> columns;
    for (const ast::Expression& call : calls) {
        const WrittenCall written = write_call(block.writer, call);
        const std::string name = fmt::format("laminar_over_{}", columns.size() + 1);
        auto layer =
            std::find_if(layers.begin(), layers.end(), [&](const auto& each) { return each.first == written.over; });
        if (layer == layers.end()) layer = layers.insert(layers.end(), {written.over, ""});
        layer->second += fmt::format(", {} AS `{}`", written.value.text, name);
        columns.emplace_back(
            call, Written{fmt::format("{}.`{}`", rows, name), written.value.type, written.value.is_nullable});
    }
    std::string from = quoted_name(block.inputs.front().name);
    for (const auto& [specification, items] : layers)
        from = fmt::format("(SELECT {}.*{} FROM {} AS {})", rows, items, from, rows);
    block.writer.set_special([&](const ast::Expression& each) -> std::optional<Written> {
        for (const auto& [call, written] : columns) {
            if (ast::same_structure(call, each)) return written;
        }
        return std::nullopt;
    });
    Relation relation;
    const std::string items = write_items(block, node, relation, true);
    std::string text = fmt::format("SELECT {}\nFROM {} AS {}", items, from, rows);
    if (block.select.qualify) text += "\nWHERE " + block.writer.write_condition(*block.select.qualify);
    add_view(node, text, relation);
    return relation;
}

Relation FlinkLowering::lower(const logical::TopRows& top, const logical::Node& node) {
    Block block(top.block, lower_inputs(node), node, engine_, catalog_, findings_);
    return lower_first_rows(block, node, false);
}

Relation FlinkLowering::lower_first_rows(Block& block, const logical::Node& node, bool by_time) {
    const FirstRows first = first_rows_of(block.select, block.scope.relations());
    if (!first.limit)
        findings_.refuse(node.span, "without a window, Flink has the first rows of a partition alone",
                         "QUALIFY ROW_NUMBER() OVER (PARTITION BY key ORDER BY x DESC) <= 10");
    const auto& call = std::get<ast::FunctionCall>(first.call.node);
    const std::string rows = quoted_name(block.scope.alias_of(block.scope.relations().front()));
    std::string partition;
    std::vector<std::string> key;
    bool shows_key = true;
    const auto shown_as = [&](const ast::Expression& value) -> std::string {
        for (std::size_t index = 0; index < block.select.items.size() && index < node.columns.size(); ++index) {
            if (ast::same_structure(without_parentheses(block.select.items[index].value), without_parentheses(value)))
                return node.columns[index].name;
        }
        shows_key = false;
        return {};
    };
    for (const ast::Expression& each : call.over->partition_by) {
        partition += fmt::format("{}{}", partition.empty() ? "PARTITION BY " : ", ", block.writer.write(each).text);
        key.push_back(shown_as(each));
    }
    if (*first.limit > 1) key.push_back(shown_as(first.call));
    std::string order;
    if (by_time) {
        // The first row in the order of time never changes: no NULL comes before it.
        const Column* column =
            call.over->order_by.size() == 1 ? block.scope.plain_column(call.over->order_by.front().value) : nullptr;
        if (!column || !column->is_time ||
            call.over->order_by.front().direction == ast::OrderItem::Direction::descending)
            findings_.refuse(first.call.span, "the first row of Flink goes by the event time as the table declares it",
                             "ROW_NUMBER() OVER (PARTITION BY key ORDER BY ts) over a column with WATERMARK FOR");
        order = block.writer.write(call.over->order_by.front().value).text + " ASC";
    } else {
        order = write_order(call.over->order_by, block);
    }
    block.writer.set_special([&](const ast::Expression& each) -> std::optional<Written> {
        if (!ast::same_structure(each, first.call)) return std::nullopt;
        return Written{fmt::format("{}.`{}`", rows, row_number_column), TypeId::bigint, false};
    });
    Relation relation;
    const std::string items = write_items(block, node, relation, by_time);
    relation.changes = !by_time;
    if (relation.key.empty() && shows_key) relation.key = key;
    add_view(
        node,
        fmt::format(
            "SELECT {}\nFROM (SELECT {}.*, ROW_NUMBER() OVER ({}{}ORDER BY {}) AS `{}` FROM {} AS {}) AS {}\nWHERE {}",
            items, rows, partition, partition.empty() ? "" : " ", order, row_number_column,
            quoted_name(block.inputs.front().name), rows, rows, block.writer.write_condition(*block.select.qualify)),
        relation);
    return relation;
}

}  // namespace laminar::flink
