#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/flow/inputs/pipeline_input.h"
#include "runtime/flow/operators/operator_graph.h"

namespace laminar {

/// All inputs of one continuous query, by their index in it. Engine thread only.
class PipelineInputs {
public:
    explicit PipelineInputs(std::vector<std::unique_ptr<PipelineInput>> inputs);

    /// PipelineInput::prepare of all; then what the query and its plan need to know.
    [[nodiscard]] bool prepare(Engine& engine, const std::string& pipeline);
    void complete(BoundQuery& query) const;
    [[nodiscard]] std::vector<InputTime> times() const;
    [[nodiscard]] std::vector<StreamScan> scans() const;
    /// Asks the pipelines that are read for the clocks that a planned one follows.
    void watch(const StreamPlan& plan, const PlannedClock& clock) const;

    /// The part of what a pipeline keeps that is an input's.
    [[nodiscard]] static std::string part_of(std::size_t input);
    /// PipelineInput::save and take_up of all.
    void save(StateNumbers& numbers) const;
    void take_up(StateNumbers kept);
    void forget_messages(const std::set<std::string>& failed);
    void apply();
    void on_commit();
    bool begin_anew(std::string_view connection);

    /// What take has taken.
    struct Taken {
        bool any = false;  ///< Also of messages without rows.
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
    };
    /// Nothing is taken: an input has to have its first message before.
    [[nodiscard]] bool await_first_message() const;
    /// Takes what has arrived for inputs that nobody shares.
    Taken take(TakeIn wanted);
    /// Rows from before the pipeline are still to be read: part by part, before any new ones.
    [[nodiscard]] bool reads_past_rows() const;
    void show_past_rows();
    void release_past_rows();
    /// Shows what pipelines have made.
    void show();
    [[nodiscard]] bool has_rows() const;
    [[nodiscard]] std::uint64_t rows() const;  ///< At hand, without those that are taken back.
    /// The earliest of all (PipelineInput::arrived_at).
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> arrived_at() const;
    void release(bool processed);

    /// From now on all count as ended.
    void end() noexcept { ended_ = true; }
    [[nodiscard]] bool have_ended() const;
    [[nodiscard]] std::vector<InputLiveness> liveness() const;
    /// A pipeline that it reads and that has failed; null while there is none.
    [[nodiscard]] const UpstreamRows* failed_upstream() const;
    /// The pipeline stands still, and with it those that it reads.
    void hold_back() const;

    [[nodiscard]] bool read(const StreamInput& stream) const;
    [[nodiscard]] const std::set<std::string>& fed_by() const noexcept { return fed_by_; }
    [[nodiscard]] const PipelineInput* find(const BatchSlot& message_slot) const;
    /// Of all connections that feed it.
    [[nodiscard]] unsigned most_retries() const noexcept { return most_retries_; }
    void set_retries(std::string_view connection, unsigned retries);

    [[nodiscard]] const std::vector<std::unique_ptr<PipelineInput>>& all() const noexcept { return inputs_; }

private:
    void update_retries();
    [[nodiscard]] bool has_ended(const PipelineInput& input) const { return ended_ || input.has_ended(); }

    std::vector<std::unique_ptr<PipelineInput>> inputs_;
    std::set<std::string> fed_by_;
    unsigned most_retries_ = 0;
    bool ended_ = false;
};

}  // namespace laminar
