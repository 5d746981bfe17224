#pragma once

#include <memory>
#include <string>

#include "runtime/flow/inputs/connection_input.h"
#include "runtime/flow/inputs/late_typing.h"

namespace laminar {

/// A connection that the query reads directly and whose columns it does not decide: the first messages do.
class LateTypedInput final : public ConnectionInput {
public:
    /// stream's channel has LateTyping::raw_schema.
    LateTypedInput(QueryInput input, std::unique_ptr<StreamInput> stream, InputOrigin origin, DecoderOptions decoder);
    ~LateTypedInput() override;

    [[nodiscard]] bool prepare(Engine& engine, const std::string& name) override;
    [[nodiscard]] StreamScan scan() override { return scan_of(*slot_); }
    [[nodiscard]] bool awaits_first_message() const override;
    bool take(TakeIn wanted) override;
    [[nodiscard]] std::size_t rows(bool removed) const override { return removed || !typed_ ? 0 : typed_->rows; }
    void release(bool processed) override;
    [[nodiscard]] std::string take_report() override { return typing_.take_report(); }
    [[nodiscard]] const BatchSlot* message_slot() const override { return slot_.get(); }
    void add_failure_of(const RefusedRow& row, FailedRow::Kind kind, const std::string& consumer,
                        std::vector<FailedRow>& failures) const override;

private:
    [[nodiscard]] ColumnBatch* typed_batch();

    LateTyping typing_;
    std::unique_ptr<BatchSlot> slot_;  ///< Null while the columns are not known.
    ColumnBatch* typed_ = nullptr;     ///< The batch at hand, typed. Borrowed.
};

}  // namespace laminar
