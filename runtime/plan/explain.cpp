#include "runtime/plan/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "catalog/objects/column_name.h"
#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/written_query.h"
#include "runtime/plan/logical/scans.h"

namespace laminar {

namespace {

using logical::Node;

/// How the names of subqueries that have none begin.
constexpr std::string_view name_of_unnamed = "unnamed_subquery";
constexpr const char* join_side_names[2] = {"left_rows", "right_rows"};

std::string columns_text(const std::vector<OutputColumn>& columns) {
    std::vector<std::string> texts;
    for (const OutputColumn& column : columns)
        texts.push_back(fmt::format("{} {}", shown_column_name(column.name),
                                    column.type.id == TypeId::unknown ? "?" : to_sql(column.type)));
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string shown(ast::Expression expression) {
    show_as_written(expression);
    return text_of(expression);
}

/// Without the cast that makes a TIMESTAMP of it.
std::string shown_time(const ast::Expression& expression) {
    const auto* cast = std::get_if<ast::Cast>(&expression.node);
    return shown(cast && cast->type.name == "TIMESTAMP" ? *cast->operand : expression);
}

std::string shown(ast::Query query, const SqlWriterOptions& options) {
    show_as_written(query);
    return write_query(query, options).text;
}

class PlanExplainer {
public:
    PlanExplainer(const logical::Plan& plan, std::vector<PlanStep>& steps) : plan_(plan), steps_(steps) {
        find_inputs(plan.root);
        for (const Node* node : logical::stateful_nodes(plan.root)) stateful_[node->number] = node;
    }

    void explain_result() {
        PlanStep step;
        step.step = plan_.root.changes ? "deliver changes" : "deliver";
        step.detail = columns_text(plan_.root.columns);
        step.key = key_text(plan_.root.key);
        describe_times(plan_.times.columns, step);
        steps_.push_back(std::move(step));
        explain(plan_.root, 1);
    }

    void explain(const Node& node, std::size_t depth) {
        PlanStep step;
        step.depth = depth;
        step.step = std::string(name_of(node));
        step.key = key_text(node.key);
        describe_times(node.times, step);
        std::visit([&](const auto& kind) { describe(kind, node, step); }, node.kind);
        steps_.push_back(std::move(step));
        for (const Node& input : node.inputs) explain(input, depth + 1);
        const auto* scan = std::get_if<logical::Scan>(&node.kind);
        if (scan && scan->upstream) PlanExplainer(*scan->upstream, steps_).explain(scan->upstream->root, depth + 1);
    }

private:
    void find_inputs(const Node& node) {
        if (const auto* scan = std::get_if<logical::Scan>(&node.kind)) inputs_[scan->input] = scan->object;
        for (const Node& input : node.inputs) find_inputs(input);
    }

    static std::string key_text(const std::vector<std::string>& key) {
        std::vector<std::string_view> names;
        for (const std::string& name : key) names.push_back(shown_column_name(name));
        return fmt::format("{}", fmt::join(names, ", "));
    }

    void describe_times(const std::vector<TimeColumn>& times, PlanStep& step) const {
        std::vector<std::string_view> names;
        std::vector<std::string> followed;
        for (const TimeColumn& time : times) {
            names.push_back(shown_column_name(time.name));
            follow(time.key, followed);
        }
        step.time = fmt::format("{}", fmt::join(names, ", "));
        if (!followed.empty()) step.watermark = fmt::format("follows {}", fmt::join(followed, ", "));
    }

    /// The times of inputs by which a key goes.
    void follow(const TimeKey& key, std::vector<std::string>& followed) const {
        for (const ClockValue& value : key) follow(plan_.clocks[value.clock], followed);
    }
    void follow(const PlannedClock& clock, std::vector<std::string>& followed) const {
        if (clock.kind == PlannedClock::Kind::united) return follow(clock.members, followed);
        if (clock.kind == PlannedClock::Kind::operator_output)
            return std::visit([&](const auto& kind) { follow_keys(kind, followed); }, stateful_.at(clock.scan)->kind);
        std::string name = fmt::format("{}.{}", inputs_.at(clock.scan), shown_column_name(clock.column));
        if (std::find(followed.begin(), followed.end(), name) == followed.end()) followed.push_back(std::move(name));
    }
    template <class Kind>
    void follow_keys(const Kind& kind, std::vector<std::string>& followed) const {
        if constexpr (requires { kind.key; }) follow(kind.key, followed);
        if constexpr (requires { kind.sides; }) {
            for (const logical::JoinSide& side : kind.sides) follow(side.key, followed);
        }
    }

    // What a node computes.
    [[nodiscard]] std::string block_text(ast::Select block) const {
        block.from = {};
        return shown(make_query(std::move(block)), {});
    }
    [[nodiscard]] std::string join_text(const ast::Select& block) const {
        ast::Query query = make_query(block);
        name_sides(query);
        SqlWriterOptions options;
        options.scan_text = [](const ast::BoundScan& scan) {
            return std::string(join_side_names[scan.input == operator_rows_scan ? 0 : 1]);
        };
        return shown(std::move(query), options);
    }
    static void name_sides(ast::Expression& expression) {
        replace_expressions(expression, [](ast::Expression& each) {
            auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference || reference->parts.size() < 2) return false;
            for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
                if (reference->parts.front().text == join_side_alias[side])
                    reference->parts.front().text = join_side_names[side];
            }
            return true;
        });
    }
    static void name_sides(ast::Query& query) {
        auto& block = std::get<ast::Select>(query.body.node);
        for (ast::SelectItem& item : block.items) name_sides(item.value);
        auto& join = std::get<ast::Join>(block.from->node);
        if (join.on) name_sides(*join.on);
    }
    void describe(const logical::Scan& scan, const Node& node, PlanStep& step) const {
        step.step += " " + scan.object;
        step.detail = columns_text(node.columns);
        if (node.times.empty()) return;
        std::vector<std::string> watermarks;
        for (const TimeColumn& time : node.times) {
            const PlannedClock& clock = plan_.clocks[time.key.front().clock];
            if (clock.kind == PlannedClock::Kind::upstream)
                watermarks.push_back("as the pipeline has it");
            else if (clock.kind == PlannedClock::Kind::arrival)
                watermarks.push_back(fmt::format("{}, which goes on by itself", clock.column));
            else
                watermarks.push_back("the largest " + shown_watermark(clock));
        }
        step.watermark = fmt::format("{}", fmt::join(watermarks, ", "));
    }
    /// Without the casts that a TIMESTAMP does not need.
    static std::string shown_watermark(const PlannedClock& clock) {
        ast::Expression watermark = clock.watermark;
        if (clock.type.id == TypeId::timestamp) {
            replace_expressions(watermark, [](ast::Expression& each) {
                const auto* cast = std::get_if<ast::Cast>(&each.node);
                if (!cast || cast->type.name != "TIMESTAMP") return false;
                ast::Expression operand = *cast->operand;
                each = std::move(operand);
                return false;
            });
        }
        return shown(watermark);
    }
    void describe(const logical::Rows& rows, const Node& node, PlanStep& step) const {
        const auto name_of_input = [&](const ast::BoundScan& scan) {
            const Node& input = node.inputs.at(scan.input);
            const auto* read = std::get_if<logical::Scan>(&input.kind);
            return read ? std::string_view(read->object) : name_of(input);
        };
        ast::Query query = rows.query;
        logical::for_each_scan(query, [&](ast::TableReference& table) {
            const std::string_view name = name_of_input(std::get<ast::BoundScan>(table.node));
            const bool says_nothing = table.alias && table.alias->columns.empty() &&
                                      (equals_ignoring_case(table.alias->name.text, name) ||
                                       table.alias->name.text.starts_with(name_of_unnamed));
            if (says_nothing) table.alias.reset();
        });
        SqlWriterOptions options;
        options.scan_text = [&](const ast::BoundScan& scan) { return quote_identifier(name_of_input(scan)); };
        step.detail = shown(std::move(query), options);
    }
    void describe(const logical::UnionAll& both, const Node&, PlanStep& step) const {
        step.detail = both.by_name ? "UNION ALL BY NAME" : "UNION ALL";
    }
    static const char* kept_parts(bool is_grouped) { return is_grouped ? "aggregates of each group" : "aggregates"; }
    void describe(const logical::WindowAggregate& window, const Node&, PlanStep& step) const {
        ast::Select block = window.block;
        replace_same(block, make_column(operator_rows_alias, window_column, {}), window.window);
        step.detail = block_text(std::move(block));
        step.keeps = fmt::format("{} until the watermark has passed {}",
                                 window.adds_up ? kept_parts(!window.groups.empty()) : "rows", shown(window.window));
    }
    void describe(const logical::SessionAggregate& session, const Node&, PlanStep& step) const {
        ast::Select block = session.block;
        replace_same(block, make_column(operator_rows_alias, window_column, {}), session.window);
        step.detail = block_text(std::move(block));
        step.keeps = "rows of sessions that the watermark has not ended";
    }
    void describe(const logical::OverTime& over, const Node&, PlanStep& step) const {
        step.detail = block_text(over.block);
        step.keeps = over.at_once ? "rows that frames still reach"
                                  : fmt::format("rows until the watermark has passed {}, and those that frames reach",
                                                shown(over.time));
    }
    static std::string kept_of(std::size_t side, const logical::JoinSide& joined) {
        if (joined.expiries.empty()) return fmt::format("{} for good", join_side_names[side]);
        std::vector<std::string> values;
        for (const logical::JoinSide::Expiry& expiry : joined.expiries) values.push_back(shown_time(expiry.value));
        return fmt::format("{} until {} lies before the watermark of the other side", join_side_names[side],
                           fmt::join(values, " or "));
    }
    void describe(const logical::StreamJoin& join, const Node&, PlanStep& step) const {
        step.detail = join_text(join.block);
        step.keeps = kept_of(0, join.sides[0]) + "; " + kept_of(1, join.sides[1]);
    }
    void describe(const logical::AsofJoin& join, const Node&, PlanStep& step) const {
        step.detail = join_text(join.block);
        step.keeps = fmt::format(
            "left_rows until the watermark of the right side has passed {}; right_rows that one "
            "may still look up",
            shown_time(*join.sides[0].time));
    }
    void describe(const logical::ChangingJoin& join, const Node&, PlanStep& step) const {
        step.detail = join_text(join.block);
        step.keeps = "all rows of both sides";
    }
    void describe(const logical::ChangingAggregate& aggregate, const Node&, PlanStep& step) const {
        step.detail = block_text(aggregate.block);
        step.keeps = aggregate.adds_up ? kept_parts(aggregate.is_grouped) : "all rows";
        if (aggregate.purpose == logical::ChangingAggregate::Purpose::distinct) step.keeps = "every distinct row";
    }
    void describe(const logical::TopRows& top, const Node&, PlanStep& step) const {
        step.detail = block_text(top.block);
        step.keeps = fmt::format("the first {} rows of each partition", top.limit);
    }

    const logical::Plan& plan_;
    std::vector<PlanStep>& steps_;
    std::map<std::size_t, std::string> inputs_;    ///< What is read, by the numbers of scans.
    std::map<std::size_t, const Node*> stateful_;  ///< By their numbers.
};

}  // namespace

std::vector<PlanStep> explain_plan(const logical::Plan& plan) {
    std::vector<PlanStep> steps;
    PlanExplainer(plan, steps).explain_result();
    return steps;
}

}  // namespace laminar
