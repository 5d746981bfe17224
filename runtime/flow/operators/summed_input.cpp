#include "runtime/flow/operators/summed_input.h"

#include <string>

namespace laminar {

SummedInput::SummedInput(const PlannedFragment& planned, const AggregateParts& parts, const OperatorContext& context)
    : parts_(std::make_unique<PartsStatement>(parts.rows, parts, context)),
      groups_(DirectGroups::make(context.engine, parts, parts_->columns())) {
    FragmentText text;
    // Where the order of the rows does not matter.
    if (!groups_ && parts.can_be_made_with_rows()) {
        parts_.reset();
        text.change = [&parts](const std::string& rows) { return query_over(parts.make, {"(" + rows + ")"}); };
        text.keeps_rows = false;
    }
    rows_ = std::make_unique<Fragment>(context.engine, planned, context.scans, context.event_clocks, context.observer,
                                       text);
}

const std::vector<OutputColumn>& SummedInput::columns() const { return parts_ ? parts_->columns() : rows_->columns(); }

ResultTable SummedInput::run() {
    ResultTable rows = rows_->run();
    return parts_ ? parts_->run(rows) : rows;
}

}  // namespace laminar
