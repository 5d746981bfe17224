#pragma once

#include <memory>

#include "runtime/flow/inputs/input_origin.h"
#include "runtime/flow/inputs/pipeline_input.h"

namespace laminar {

/// A connection that the query reads directly, by a channel of its own.
class ConnectionInput : public PipelineInput {
public:
    ConnectionInput(QueryInput input, std::unique_ptr<StreamInput> stream, InputOrigin origin);

    [[nodiscard]] StreamScan scan() override;
    bool take(TakeIn wanted) override {
        if (!stream_->advance(wanted)) return false;
        stream_->leave_out_redelivered(stream_->batch(), stream_->slot());
        return true;
    }
    [[nodiscard]] std::size_t rows(bool removed) const override { return removed ? 0 : stream_->batch_rows(); }
    void release(bool processed) override { stream_->release(processed); }
    [[nodiscard]] bool has_ended() const override { return stream_->shared_channel()->is_finished(); }
    [[nodiscard]] bool is_up() const override { return !origin_.is_up || origin_.is_up(); }
    [[nodiscard]] std::optional<std::int64_t> oldest_waiting() const override {
        return stream_->shared_channel()->oldest_received_at();
    }
    [[nodiscard]] const BatchSlot* message_slot() const override { return &stream_->slot(); }
    void add_failure_of(const RefusedRow& row, FailedRow::Kind kind, const std::string& consumer,
                        std::vector<FailedRow>& failures) const override;
    [[nodiscard]] unsigned retries() const override { return origin_.retries; }
    void set_retries(std::string_view connection, unsigned retries) override {
        origin_.set_retries(connection, retries);
    }
    [[nodiscard]] std::set<std::string> fed_by() const override { return {origin_.connection}; }
    [[nodiscard]] const StreamInput* own_stream() const override { return stream_.get(); }
    [[nodiscard]] bool reads(const StreamInput& stream) const override { return &stream == stream_.get(); }
    void save(ScopedNumbers& numbers) const override { stream_->save_place(numbers); }
    void take_up(const ScopedNumbers& numbers) override { stream_->take_up_place(numbers); }
    bool begin_anew(std::string_view connection) override { return stream_->begin_anew(connection); }
    void forget_messages(const std::set<std::string>& failed) override { stream_->forget_messages(failed); }
    void apply() override { stream_->write_what_was_read(); }
    void on_commit() override { stream_->on_ids_commit(); }

protected:
    /// As a scan of the rows that a slot shows.
    [[nodiscard]] StreamScan scan_of(BatchSlot& slot);

    std::unique_ptr<StreamInput> stream_;
    InputOrigin origin_;
};

}  // namespace laminar
