#include "runtime/plan/plan_fingerprint.h"

#include <string>

#include "parser/ast/deep_walk.h"
#include "parser/ast/structure.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

std::uint64_t fingerprint_of(const QueryInput& input, const InputTime& time) {
    ast::StructureHash hash;
    hash.add(static_cast<std::uint64_t>(input.kind)).add(fold_case(input.object));
    for (const InputColumn& column : input.columns) hash.add(fold_case(column.name)).add(to_sql(column.type));
    hash.add(fold_case(time.column)).add(static_cast<std::uint64_t>(time.delay.count()));
    if (time.watermark) hash.add(*time.watermark);
    return hash.value();
}

class OperatorFingerprint {
public:
    OperatorFingerprint(const StreamPlan& plan, const std::vector<std::uint64_t>& scans) : plan_(plan), scans_(scans) {}

    std::uint64_t of(const PlannedOperator& planned) {
        hash_.add(planned.node.index());
        std::visit([&](const auto& node) { add(node); }, planned.node);
        return hash_.value();
    }

private:
    void add(const ast::Query& query) {
        hash_.add(query);
        const auto on_table = [&](const ast::TableReference& table) {
            const auto* scan = std::get_if<ast::BoundScan>(&table.node);
            if (scan && scan->input < scans_.size()) hash_.add(scans_[scan->input]);
        };
        ast::DeepWalk([](const ast::Expression&) {}, on_table)(query);
    }
    void add(const std::optional<ast::Query>& query) {
        hash_.add(std::uint64_t{query ? 1U : 0U});
        if (query) add(*query);
    }
    void add(const PlannedFragment& fragment) {
        add(fragment.query);
        hash_.add(std::uint64_t{fragment.changes ? 1U : 0U});
    }
    void add(const std::vector<ast::Expression>& expressions) {
        hash_.add(std::uint64_t{expressions.size()});
        for (const ast::Expression& each : expressions) hash_.add(each);
    }
    void add(const ClockValue& value) {
        const PlannedClock& clock = plan_.clocks[value.clock];
        hash_.add(static_cast<std::uint64_t>(clock.kind)).add(fold_case(clock.column));
        hash_.add(std::uint64_t{clock.side}).add(std::uint64_t{clock.upstream_clock});
        if (clock.scan < scans_.size()) hash_.add(scans_[clock.scan]);
        for (const ClockValue& member : clock.members) add(member);
        hash_.add(value.expression);
    }
    void add(const TimeKey& key) {
        hash_.add(std::uint64_t{key.size()});
        for (const ClockValue& value : key) add(value);
    }
    void add(const std::optional<AggregateParts>& parts) {
        hash_.add(std::uint64_t{parts ? 1U : 0U});
        if (!parts) return;
        add(parts->make);
        add(parts->merge);
        add(parts->finish);
        hash_.add(std::uint64_t{parts->folds ? 1U : 0U});
    }
    void add(const WindowPlan& window) {
        add(window.input);
        add(window.key);
        add(window.query);
        add(window.parts);
    }
    void add(const SessionPlan& session) {
        add(session.input);
        add(session.key);
        add(session.partition);
        hash_.add(session.gap);
        add(session.query);
    }
    void add(const OverPlan& over) {
        add(over.input);
        add(over.key);
        add(over.query);
        for (const OverPlan::Frame& frame : over.frames) {
            add(frame.partition);
            hash_.add(std::uint64_t{frame.rows_before}).add(std::uint64_t{frame.rows_after});
            hash_.add(std::uint64_t{frame.first_rows});
            add(frame.range_before);
            add(frame.range_after);
        }
    }
    void add(const JoinPlan& join) {
        hash_.add(static_cast<std::uint64_t>(join.kind));
        for (const JoinPlan::Side& side : join.sides) {
            add(side.input);
            if (side.time) add(*side.time);
            hash_.add(std::uint64_t{side.keeps_unmatched ? 1U : 0U});
            for (const JoinPlan::Expiry& expiry : side.expiries) {
                hash_.add(expiry.value);
                add(expiry.bound);
            }
        }
        add(join.query);
        add(join.asof_keys);
    }
    void add(const ChangingPlan& changing) {
        for (const PlannedFragment& input : changing.inputs) add(input);
        add(changing.query);
        add(changing.groups);
        add(changing.parts);
        add(changing.prune);
    }

    const StreamPlan& plan_;
    const std::vector<std::uint64_t>& scans_;
    ast::StructureHash hash_;
};

}  // namespace

void set_fingerprints(StreamPlan& plan, const std::vector<QueryInput>& inputs, const std::vector<InputTime>& times) {
    std::vector<std::uint64_t> scans;
    for (std::size_t index = 0; index < inputs.size(); ++index)
        scans.push_back(fingerprint_of(inputs[index], times[index]));
    for (PlannedOperator& planned : plan.operators) {
        planned.fingerprint = OperatorFingerprint(plan, scans).of(planned);
        scans.push_back(planned.fingerprint);
    }
}

}  // namespace laminar
