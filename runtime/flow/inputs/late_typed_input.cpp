#include "runtime/flow/inputs/late_typed_input.h"

#include <utility>

#include "runtime/flow/rows/failed_rows.h"

namespace laminar {

LateTypedInput::LateTypedInput(QueryInput input, std::unique_ptr<StreamInput> stream, InputOrigin origin,
                               DecoderOptions decoder)
    : ConnectionInput(input, std::move(stream), std::move(origin)), typing_(std::move(input), std::move(decoder)) {}

LateTypedInput::~LateTypedInput() { release(false); }

bool LateTypedInput::prepare(Engine& engine, const std::string&) {
    if (!typing_.schema()) return false;
    input_ = typing_.input();
    if (!slot_) slot_ = engine.create_batch_slot(stream_->key() + ":typed", typing_.schema());
    if (typed_) slot_->set_batch(typed_);
    if (typed_) stream_->leave_out_redelivered(*typed_, *slot_);
    return true;
}

bool LateTypedInput::awaits_first_message() const {
    return !typing_.schema() && stream_->shared_channel()->pending_messages() == 0;
}

bool LateTypedInput::take(TakeIn wanted) {
    if (!stream_->advance(wanted)) return false;
    typed_ = typed_batch();
    if (typed_ && slot_) slot_->set_batch(typed_);
    if (typed_ && slot_) stream_->leave_out_redelivered(*typed_, *slot_);
    return true;
}

/// Null while the types are not known.
ColumnBatch* LateTypedInput::typed_batch() {
    ColumnBatch& batch = stream_->batch();
    const bool was_known = static_cast<bool>(typing_.schema());
    if (was_known && batch.schema == typing_.schema()) return &batch;
    ColumnBatch* typed = typing_.decode(batch);
    if (!was_known && typed) stream_->channel().redefine(typing_.schema(), typing_.make_decoder());
    return typed;
}

void LateTypedInput::release(bool processed) {
    if (slot_) slot_->set_batch(nullptr);
    typed_ = nullptr;
    ConnectionInput::release(processed);
}

void LateTypedInput::add_failure_of(const RefusedRow& row, FailedRow::Kind kind, const std::string& consumer,
                                    std::vector<FailedRow>& failures) const {
    add_failure(failures, origin_.connection, consumer, row, typed_ ? *typed_ : stream_->batch(), kind);
}

}  // namespace laminar
