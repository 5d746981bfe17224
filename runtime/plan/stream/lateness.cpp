#include <fmt/format.h>

#include "runtime/plan/stream/row_origins.h"
#include "runtime/plan/stream/stream_lowering.h"

namespace laminar {

std::optional<PlannedLateness> StreamLowering::lateness(const ast::Query& input, const std::string& item,
                                                        const TimeKey& key) const {
    for (const ast::SelectItem& each : std::get<ast::Select>(input.body.node).items) {
        if (each.alias && each.alias->text == item) return lateness(input, {{each.value, key}});
    }
    return std::nullopt;
}

std::optional<PlannedLateness> StreamLowering::lateness(
    const ast::Query& input, const std::vector<std::pair<ast::Expression, TimeKey>>& values) const {
    PlannedLateness lateness;
    std::vector<ast::SelectItem> items;
    for (const auto& [value, key] : values) {
        const std::size_t rules_before = lateness.rules.size();
        for (const ClockValue& bound : key) {
            if (may_be_late(plan_->clocks[bound.clock]))
                lateness.rules.push_back({items.size(), plan_->clocks[bound.clock].scan, bound});
        }
        if (lateness.rules.size() > rules_before)
            items.push_back(make_item(value, fmt::format("__late{}", items.size())));
    }
    if (items.empty()) return std::nullopt;
    lateness.values = items.size();
    lateness.query =
        with_origins(input, std::move(items), columns_, [this](std::size_t number) { return is_stream(number); });
    return lateness;
}

}  // namespace laminar
