#include "runtime/plan/logical/node_structure.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "parser/ast/structure.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar::logical {

namespace {

/// What a node is made of beside its inputs, one thing after the other: for equality and for fingerprints.
class NodeParts {
public:
    using Part = std::variant<std::uint64_t, std::string, ast::Expression, ast::Query>;
    using AddClock = std::function<void(NodeParts&, std::size_t clock)>;

    explicit NodeParts(AddClock add_clock) : add_clock_(std::move(add_clock)) {}

    void add(std::uint64_t number) { parts_.emplace_back(number); }
    void add(const std::string& text) { parts_.emplace_back(fold_case(text)); }
    void add(const ast::Expression& expression) { parts_.emplace_back(expression); }
    void add(const ast::Query& query) { parts_.emplace_back(query); }
    void add(const ast::Select& select) { parts_.emplace_back(make_query(select)); }
    template <class Value>
    void add(const std::vector<Value>& values) {
        add(std::uint64_t{values.size()});
        for (const Value& value : values) add(value);
    }
    template <class Value>
    void add(const std::optional<Value>& value) {
        add(std::uint64_t{value ? 1U : 0U});
        if (value) add(*value);
    }
    void add(const ClockValue& value) {
        add_clock_(*this, value.clock);
        add(value.expression);
    }
    void add(const PlannedClock& clock) {
        add(static_cast<std::uint64_t>(clock.kind));
        add(static_cast<std::uint64_t>(clock.origin));
        add(clock.column);
        add(std::uint64_t{clock.side});
        add(std::uint64_t{clock.upstream_clock});
        add(clock.members);
    }
    void add(const OutputColumn& column) {
        add(column.name);
        add(to_sql(column.type));
    }
    void add(const TimeColumn& column) {
        add(std::uint64_t{column.position});
        add(column.key);
    }

    void add(const Node& node) {
        add(std::uint64_t{node.kind.index()});
        add(std::uint64_t{node.changes ? 1U : 0U});
        add(std::uint64_t{node.in_order ? 1U : 0U});
        add(node.columns);
        add(node.key);
        std::visit([this](const auto& kind) { add(kind); }, node.kind);
    }

    [[nodiscard]] bool is_same_as(const NodeParts& other) const {
        return std::equal(parts_.begin(), parts_.end(), other.parts_.begin(), other.parts_.end(),
                          [](const Part& one, const Part& another) {
                              if (one.index() != another.index()) return false;
                              return std::visit(
                                  [&](const auto& value) {
                                      return is_same(value, std::get<std::remove_cvref_t<decltype(value)>>(another));
                                  },
                                  one);
                          });
    }
    [[nodiscard]] std::uint64_t hash() const {
        ast::StructureHash hash;
        for (const Part& part : parts_) std::visit([&](const auto& value) { hash.add(value); }, part);
        return hash.value();
    }

private:
    static bool is_same(std::uint64_t one, std::uint64_t other) { return one == other; }
    static bool is_same(const std::string& one, const std::string& other) { return one == other; }
    template <class Tree>
    static bool is_same(const Tree& one, const Tree& other) {
        return ast::same_structure(one, other);
    }

    void add(const Scan& scan) {
        add(static_cast<std::uint64_t>(scan.kind));
        add(scan.object);
    }
    void add(const Rows& rows) { add(rows.query); }
    void add(const UnionAll& both) { add(std::uint64_t{both.by_name ? 1U : 0U}); }
    void add(const WindowAggregate& window) {
        add(static_cast<std::uint64_t>(window.purpose));
        add(window.window);
        add(window.key);
        add(window.block);
        add(window.groups);
        add(std::uint64_t{window.adds_up ? 1U : 0U});
    }
    void add(const SessionAggregate& session) {
        add(session.window);
        add(session.key);
        add(session.partition);
        add(session.block);
    }
    void add(const OverTime& over) {
        add(over.time);
        add(over.key);
        add(over.block);
        add(over.frames);
    }
    void add(const OverTime::Frame& frame) {
        add(frame.partition);
        for (const std::size_t rows : {frame.rows_before, frame.rows_after, frame.first_rows}) add(std::uint64_t{rows});
        add(frame.range_before);
        add(frame.range_after);
    }
    void add(const JoinSide& side) {
        add(side.time);
        add(side.key);
        add(std::uint64_t{side.keeps_unmatched ? 1U : 0U});
        add(side.expiries);
    }
    void add(const JoinSide::Expiry& expiry) {
        add(expiry.value);
        add(expiry.bound);
    }
    void add(const StreamJoin& join) {
        add(static_cast<std::uint64_t>(join.kind));
        for (const JoinSide& side : join.sides) add(side);
        add(join.block);
    }
    void add(const AsofJoin& join) {
        for (const JoinSide& side : join.sides) add(side);
        add(join.block);
        add(join.keys);
    }
    void add(const ChangingJoin& join) { add(join.block); }
    void add(const ChangingAggregate& aggregate) {
        add(static_cast<std::uint64_t>(aggregate.purpose));
        add(aggregate.block);
        add(aggregate.groups);
        add(std::uint64_t{aggregate.adds_up ? 1U : 0U});
    }
    void add(const TopRows& top) {
        add(top.block);
        add(top.partition);
        add(top.limit);
    }

    AddClock add_clock_;
    std::vector<Part> parts_;
};

bool is_same(const std::shared_ptr<const Plan>& one, const std::shared_ptr<const Plan>& other) {
    return one == other || (one && other && same_structure(*one, *other));
}

/// Of plans with the same clocks.
bool is_same(const Node& one, const Node& other) {
    const auto* scan = std::get_if<Scan>(&one.kind);
    const auto* other_scan = std::get_if<Scan>(&other.kind);
    if (scan && other_scan && !is_same(scan->upstream, other_scan->upstream)) return false;
    const auto parts_of = [](const Node& node) {
        NodeParts parts([](NodeParts& all, std::size_t clock) { all.add(std::uint64_t{clock}); });
        parts.add(node);
        parts.add(node.times);
        return parts;
    };
    return one.id == other.id && parts_of(one).is_same_as(parts_of(other)) &&
           std::equal(one.inputs.begin(), one.inputs.end(), other.inputs.begin(), other.inputs.end(),
                      [](const Node& a, const Node& b) { return is_same(a, b); });
}

class Fingerprints {
public:
    Fingerprints(Plan& plan, const std::vector<QueryInput>& inputs, const std::vector<InputTime>& times)
        : plan_(plan), inputs_(inputs), times_(times) {}

    void set(Node& node) {
        NodeParts parts([this](NodeParts& all, std::size_t clock) { add_clock(all, clock); });
        for (Node& input : node.inputs) {
            set(input);
            parts.add(input.fingerprint);
        }
        parts.add(node);
        if (const auto* scan = std::get_if<Scan>(&node.kind)) add_input(parts, *scan);
        node.fingerprint = parts.hash();
        if (node.number >= known_.size()) known_.resize(node.number + 1);
        if (keeps_state(node) || std::holds_alternative<Scan>(node.kind)) known_[node.number] = node.fingerprint;
    }

private:
    void add_input(NodeParts& parts, const Scan& scan) const {
        for (const InputColumn& column : inputs_[scan.input].columns) {
            parts.add(column.name);
            parts.add(to_sql(column.type));
        }
        const InputTime& time = times_[scan.input];
        parts.add(time.column);
        parts.add(static_cast<std::uint64_t>(time.delay.count()));
        if (time.watermark) parts.add(*time.watermark);
        if (scan.upstream) parts.add(scan.upstream->root.fingerprint);
    }

    void add_clock(NodeParts& parts, std::size_t index) const {
        const PlannedClock& clock = plan_.clocks[index];
        parts.add(clock);
        if (clock.scan < known_.size()) parts.add(known_[clock.scan]);
    }

    Plan& plan_;
    const std::vector<QueryInput>& inputs_;
    const std::vector<InputTime>& times_;
    std::vector<std::uint64_t> known_;  ///< By the numbers of nodes.
};

}  // namespace

bool same_structure(const Plan& one, const Plan& other) {
    const auto parts_of = [](const Plan& plan) {
        NodeParts parts([](NodeParts& all, std::size_t clock) { all.add(std::uint64_t{clock}); });
        for (const PlannedClock& clock : plan.clocks) {
            parts.add(clock);
            parts.add(std::uint64_t{clock.scan});
            parts.add(clock.watermark);
        }
        parts.add(std::uint64_t{plan.clocks_in_use});
        parts.add(plan.times.columns);
        return parts;
    };
    return parts_of(one).is_same_as(parts_of(other)) && is_same(one.root, other.root);
}

void set_fingerprints(Plan& plan, const std::vector<QueryInput>& inputs, const std::vector<InputTime>& times) {
    Fingerprints(plan, inputs, times).set(plan.root);
}

}  // namespace laminar::logical
