#include "runtime/flow/operators/summed_input.h"

#include <functional>
#include <string>

namespace laminar {

namespace {

std::function<std::string(const std::string&)> into_parts(const AggregateParts& parts) {
    if (!parts.can_be_made_with_rows()) return {};
    return [&parts](const std::string& rows) { return query_over(parts.make, {"(" + rows + ")"}); };
}

}  // namespace

SummedInput::SummedInput(const PlannedFragment& planned, const AggregateParts& parts, const OperatorContext& context)
    : rows_(context.engine, planned, context.scans, context.event_clocks, context.observer, into_parts(parts)) {
    if (!parts.can_be_made_with_rows()) parts_ = std::make_unique<PartsStatement>(rows_.columns(), parts, context);
}

const std::vector<OutputColumn>& SummedInput::columns() const { return parts_ ? parts_->columns() : rows_.columns(); }

ResultTable SummedInput::run() {
    ResultTable rows = rows_.run();
    return parts_ ? parts_->run(rows) : rows;
}

}  // namespace laminar
