#include "runtime/plan/logical/node.h"

#include <algorithm>

#include "runtime/plan/expressions/expression_tools.h"

namespace laminar::logical {

namespace {

void collect(const Node& node, std::vector<const Node*>& nodes) {
    for (const Node& input : node.inputs) collect(input, nodes);
    if (keeps_state(node)) nodes.push_back(&node);
}

std::string_view name_of(const Scan& scan) { return input_kind_name(scan.kind); }
std::string_view name_of(const Rows&) { return "rows"; }
std::string_view name_of(const UnionAll&) { return "union"; }
std::string_view name_of(const WindowAggregate& window) {
    if (window.is_hopping()) return "hopping window aggregate";
    switch (window.purpose) {
        case WindowAggregate::Purpose::aggregate:
            return "window aggregate";
        case WindowAggregate::Purpose::distinct:
            return "distinct within windows";
        case WindowAggregate::Purpose::window_functions:
            return "window functions within windows";
    }
    return "window aggregate";
}
std::string_view name_of(const SessionAggregate&) { return "session window aggregate"; }
std::string_view name_of(const OverTime&) { return "window functions over time"; }
std::string_view name_of(const StreamJoin& join) {
    const bool is_bounded = !join.sides[0].expiries.empty() || !join.sides[1].expiries.empty();
    return is_bounded ? "join bounded in time" : "join";
}
std::string_view name_of(const AsofJoin&) { return "ASOF join"; }
std::string_view name_of(const ChangingJoin&) { return "changing join"; }
std::string_view name_of(const ChangingAggregate& aggregate) {
    switch (aggregate.purpose) {
        case ChangingAggregate::Purpose::aggregate:
            return "aggregate";
        case ChangingAggregate::Purpose::aggregate_of_changes:
            return "aggregate of changes";
        case ChangingAggregate::Purpose::distinct:
            return "distinct";
        case ChangingAggregate::Purpose::window_functions:
            return "window functions";
    }
    return "aggregate";
}
std::string_view name_of(const TopRows&) { return "top rows"; }

}  // namespace

std::string_view input_kind_name(InputKind kind) noexcept {
    switch (kind) {
        case InputKind::stream_table:
            return "stream table";
        case InputKind::stored_table:
            return "stored table";
        case InputKind::connection:
            return "connection";
        case InputKind::pipeline:
            return "pipeline";
        case InputKind::system_table:
            return "system table";
    }
    return "relation";
}

bool WindowAggregate::is_hopping() const { return as_window(window, ast::TimeWindow::Kind::hop) != nullptr; }

bool keeps_state(const Node& node) noexcept {
    return !std::holds_alternative<Scan>(node.kind) && !std::holds_alternative<Rows>(node.kind) &&
           !std::holds_alternative<UnionAll>(node.kind);
}

std::string_view name_of(const Node& node) noexcept {
    return std::visit([](const auto& kind) { return name_of(kind); }, node.kind);
}

std::vector<const Node*> stateful_nodes(const Node& root) {
    std::vector<const Node*> nodes;
    collect(root, nodes);
    std::sort(nodes.begin(), nodes.end(),
              [](const Node* one, const Node* other) { return one->number < other->number; });
    return nodes;
}

}  // namespace laminar::logical
