#pragma once

#include <memory>

#include "runtime/flow/inputs/input_origin.h"
#include "runtime/flow/inputs/pipeline_input.h"

namespace laminar {

/// A table bound to a connection. Its stream is shared with all who read the table; the graph takes in its rows.
class TableInput final : public PipelineInput {
public:
    /// past: the rows to begin with; null where the table retains none.
    TableInput(QueryInput input, StreamInput& stream, InputOrigin origin, InputTime time,
               std::shared_ptr<PastRows> past);

    [[nodiscard]] InputTime time() const override { return time_; }
    [[nodiscard]] StreamScan scan() override;
    [[nodiscard]] std::size_t rows(bool removed) const override;
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> arrived_at() const override {
        return stream_.arrived_at();
    }
    [[nodiscard]] bool has_ended() const override;
    [[nodiscard]] bool is_up() const override { return !origin_.is_up || origin_.is_up(); }
    [[nodiscard]] std::optional<std::int64_t> oldest_waiting() const override {
        return stream_.shared_channel()->oldest_received_at();
    }
    [[nodiscard]] const BatchSlot* message_slot() const override { return &stream_.slot(); }
    void add_failure_of(const RefusedRow& row, FailedRow::Kind kind, const std::string& consumer,
                        std::vector<FailedRow>& failures) const override;
    [[nodiscard]] unsigned retries() const override { return origin_.retries; }
    void set_retries(std::string_view connection, unsigned retries) override {
        origin_.set_retries(connection, retries);
    }
    [[nodiscard]] std::set<std::string> fed_by() const override;
    [[nodiscard]] PastRows* past_rows() const override { return past_.get(); }
    [[nodiscard]] bool reads(const StreamInput& stream) const override { return &stream == &stream_; }
    void save(ScopedNumbers& numbers) const override {
        if (past_) numbers.set("past", past_->place());
    }
    void take_up(const ScopedNumbers& numbers) override {
        if (const auto place = numbers.find("past"); past_ && place) past_->go_on_from(*place);
    }

private:
    StreamInput& stream_;
    InputOrigin origin_;
    InputTime time_;
    std::shared_ptr<PastRows> past_;
};

}  // namespace laminar
