#include "runtime/operators/summed_input.h"

#include <functional>
#include <string>

#include "runtime/operators/result_rows.h"

namespace laminar {

namespace {

/// One statement for rows and parts costs half of two. But the engine may aggregate on several threads, in any order.
std::function<std::string(const std::string&)> into_parts(const AggregateParts& parts) {
    if (parts.in_order) return {};
    return [&parts](const std::string& rows) { return query_over(parts.make, {"(" + rows + ")"}); };
}

}  // namespace

SummedInput::SummedInput(const PlannedFragment& planned, const AggregateParts& parts, const OperatorContext& context)
    : rows_(context.engine, planned, context.scans, context.event_clocks, context.observer, into_parts(parts)) {
    if (!parts.in_order) return;
    slot_ = context.engine.create_row_slot(context.name + ":rows", rows_.columns());
    make_ = context.engine.prepare(query_over(parts.make, {slot_->from_sql()}));
}

SummedInput::~SummedInput() {
    if (slot_) slot_->set_rows(nullptr);
}

const std::vector<OutputColumn>& SummedInput::columns() const { return make_ ? make_->columns() : rows_.columns(); }

ResultTable SummedInput::run() {
    ResultTable rows = rows_.run();
    if (!make_) return rows;
    if (rows.rows == 0) return empty_rows(make_->columns());
    slot_->set_rows(&rows);
    ResultTable parts = make_->execute();
    slot_->set_rows(nullptr);
    return parts;
}

}  // namespace laminar
