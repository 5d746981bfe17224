#include "runtime/plan/plan_text.h"

#include <fmt/format.h>

#include "parser/write/sql_writer.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

class PlanDescriber {
public:
    PlanDescriber(const StreamPlan& plan, const BoundQuery& query) : plan_(plan), query_(query) {}

    std::vector<PlanLine> describe() {
        for (const PlannedClock& clock : plan_.clocks) describe_clock(clock);
        for (std::size_t index = 0; index < plan_.operators.size(); ++index) {
            const PlannedOperator& planned = plan_.operators[index];
            const std::string name = fmt::format("step {}: {}", index + 1, planned.name);
            std::visit([&](const auto& node) { describe_node(name, node); }, planned.node);
            if (planned.changes) lines_.push_back({name, "delivers changes (+I, -U, +U, -D)"});
        }
        lines_.push_back({plan_.changes ? "deliver changes" : "deliver", text_of(plan_.result.query)});
        return std::move(lines_);
    }

private:
    std::string text_of(const ast::Query& query, const std::string& rows = "rows") const {
        SqlWriterOptions options;
        options.scan_text = [&, this](const ast::BoundScan& scan) -> std::string {
            if (scan.input == operator_rows_scan) return rows;
            if (scan.input == operator_rows_scan - 1) return "right_rows";
            if (scan.input < query_.inputs.size()) return quote_identifier(query_.inputs[scan.input].object);
            return fmt::format("\"step {}\"", scan.input - query_.inputs.size() + 1);
        };
        return write_query(query, options).text;
    }

    void describe_clock(const PlannedClock& clock) {
        if (clock.kind == PlannedClock::Kind::operator_output || clock.kind == PlannedClock::Kind::united) return;
        const std::string input = query_.inputs[clock.scan].object;
        if (clock.kind == PlannedClock::Kind::upstream) {
            lines_.push_back({fmt::format("time of {}", input), fmt::format("{}, as it has it", clock.column)});
            return;
        }
        lines_.push_back(
            {fmt::format("time of {}", input),
             clock.kind == PlannedClock::Kind::arrival
                 ? fmt::format("{}, as rows arrive", clock.column)
                 : fmt::format("{}, watermark: the largest {}", clock.column, laminar::text_of(clock.watermark))});
    }

    void describe_node(const std::string& name, const WindowPlan& window) {
        lines_.push_back({name, "takes in: " + text_of(window.input.query)});
        if (window.parts) lines_.push_back({name, "keeps: " + text_of(window.parts->make)});
        lines_.push_back(
            {name, "when the watermark has passed: " + text_of(window.parts ? window.parts->finish : window.query)});
    }
    void describe_node(const std::string& name, const SessionPlan& session) {
        lines_.push_back({name, "takes in: " + text_of(session.input.query)});
        lines_.push_back({name, "when a session has ended: " + text_of(session.query)});
    }
    void describe_node(const std::string& name, const OverPlan& over) {
        lines_.push_back({name, "takes in: " + text_of(over.input.query)});
        lines_.push_back(
            {name, (over.key.empty() ? "at once: " : "when the watermark has passed: ") + text_of(over.query)});
    }
    void describe_node(const std::string& name, const JoinPlan& join) {
        for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
            const std::string label = side == 0 ? "left" : "right";
            lines_.push_back({name, fmt::format("takes in {}: {}", label, text_of(join.sides[side].input.query))});
            if (join.kind == JoinPlan::Kind::asof) continue;
            std::string expiry = "never";
            for (const JoinPlan::Expiry& each : join.sides[side].expiries)
                expiry = fmt::format("{} lies before the other side's watermark", laminar::text_of(each.value));
            lines_.push_back({name, fmt::format("forgets {} when {}", label, expiry)});
        }
        lines_.push_back({name, "joins: " + text_of(join.query, "left_rows")});
    }
    void describe_node(const std::string& name, const ChangingPlan& changing) {
        for (const PlannedFragment& input : changing.inputs)
            lines_.push_back({name, "takes in: " + text_of(input.query)});
        if (changing.parts) lines_.push_back({name, "keeps: " + text_of(changing.parts->make)});
        const char* when = changing.grouped ? "for the groups that changed: " : "after every change: ";
        lines_.push_back({name, when + text_of(changing.parts ? changing.parts->finish : changing.query, "rows")});
    }

    const StreamPlan& plan_;
    const BoundQuery& query_;
    std::vector<PlanLine> lines_;
};

}  // namespace

std::vector<PlanLine> describe_plan(const StreamPlan& plan, const BoundQuery& query) {
    return PlanDescriber(plan, query).describe();
}

}  // namespace laminar
