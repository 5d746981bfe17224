#pragma once

#include <memory>

#include "runtime/flow/inputs/pipeline_input.h"

namespace laminar {

/// A pipeline that the query reads: its rows come with the clocks they were dated by.
class UpstreamInput final : public PipelineInput {
public:
    /// upstream outlives it.
    UpstreamInput(QueryInput input, UpstreamRows& upstream);
    ~UpstreamInput() override;

    [[nodiscard]] bool prepare(Engine& engine, const std::string& name) override;
    [[nodiscard]] InputTime time() const override { return upstream_.time(); }
    [[nodiscard]] StreamScan scan() override;
    void show() override { slot_->set_rows(upstream_.added()); }
    [[nodiscard]] std::size_t rows(bool removed) const override;
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> arrived_at() const override {
        return upstream_.arrived_at();
    }
    void release(bool processed) override;
    [[nodiscard]] bool has_ended() const override { return upstream_.has_finished(); }
    [[nodiscard]] unsigned retries() const override { return upstream_.most_retries(); }
    [[nodiscard]] std::set<std::string> fed_by() const override { return upstream_.fed_by(); }
    [[nodiscard]] UpstreamRows* upstream() override { return &upstream_; }

private:
    UpstreamRows& upstream_;
    std::unique_ptr<BatchSlot> slot_;  ///< Null while the columns are not known.
};

}  // namespace laminar
