#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/query/bound_query.h"
#include "connectors/connection.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/inputs/past_rows.h"
#include "runtime/flow/inputs/stream_input.h"
#include "runtime/flow/inputs/upstream_rows.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/rows/row_isolation.h"
#include "runtime/plan/time/input_time.h"
#include "runtime/storage/kept/state_store.h"

namespace laminar {

/// One input of a continuous query: where its rows come from, and those at hand in this cycle. There is a class for
/// each kind. Engine thread only.
class PipelineInput {
public:
    explicit PipelineInput(QueryInput input) : input_(std::move(input)) {}
    virtual ~PipelineInput() = default;
    PipelineInput(const PipelineInput&) = delete;
    PipelineInput& operator=(const PipelineInput&) = delete;

    /// Makes rows readable by statements once the columns are known; false while they are not. name is unique among
    /// inputs. Throws EngineException.
    [[nodiscard]] virtual bool prepare(Engine& engine, const std::string& name) {
        (void)engine;
        (void)name;
        return true;
    }
    // Once it is prepared.
    /// With all its columns.
    [[nodiscard]] const QueryInput& query_input() const noexcept { return input_; }
    /// What is known of its event time.
    [[nodiscard]] virtual InputTime time() const { return {}; }
    /// How statements read it; borrows the input.
    [[nodiscard]] virtual StreamScan scan() = 0;

    // In each cycle.
    /// Nothing can be done with the rows of the others before it has had a message.
    [[nodiscard]] virtual bool awaits_first_message() const { return false; }
    /// Takes what has arrived for this input alone. False when nothing of it is wanted.
    virtual bool take(TakeIn wanted) {
        (void)wanted;
        return false;
    }
    /// Shows the rows at hand that others made.
    virtual void show() {}
    /// At hand; removed: those that are taken back.
    [[nodiscard]] virtual std::size_t rows(bool removed = false) const {
        (void)removed;
        return 0;
    }
    /// Ends the rows at hand, and says whether those that it took were processed.
    virtual void release(bool processed) { (void)processed; }
    /// When the oldest message behind the rows at hand arrived, also by way of pipelines; nothing: there are none, or
    /// they came of time alone.
    [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> arrived_at() const {
        const StreamInput* own = own_stream();
        return own ? own->arrived_at() : std::nullopt;
    }
    /// No row will come any more, after those at hand.
    [[nodiscard]] virtual bool has_ended() const { return true; }
    /// Its source is up: that nothing comes means that nothing happens there.
    [[nodiscard]] virtual bool is_up() const { return true; }
    /// When the oldest of the messages that wait to be taken was received: microseconds since the epoch, UTC.
    [[nodiscard]] virtual std::optional<std::int64_t> oldest_waiting() const { return std::nullopt; }
    /// What users should know of messages, told once; empty while there is nothing.
    [[nodiscard]] virtual std::string take_report() { return {}; }

    // In a data directory, what it has read by the end of this cycle: kept under its name in the query.
    virtual void save(ScopedNumbers& numbers) const { (void)numbers; }
    /// What of it takes statements: within the transaction of the cycle, which may be rolled back and come again.
    virtual void forget_messages(const std::set<std::string>& failed) { (void)failed; }
    virtual void apply() {}
    virtual void on_commit() {}
    /// Before the first cycle: goes on from there.
    virtual void take_up(const ScopedNumbers& numbers) { (void)numbers; }
    /// The connection reads another source from now on: false where it does not read that connection itself.
    virtual bool begin_anew(std::string_view connection) {
        (void)connection;
        return false;
    }

    // Rows that cannot be processed.
    /// The slot that shows its rows where each of them is one of a message; null where they were made on the way.
    [[nodiscard]] virtual const BatchSlot* message_slot() const { return nullptr; }
    /// Adds a failure of a row of that slot.
    virtual void add_failure_of(const RefusedRow& row, FailedRow::Kind kind, const std::string& consumer,
                                std::vector<FailedRow>& failures) const {
        (void)row;
        (void)kind;
        (void)consumer;
        (void)failures;
    }
    /// How often a row is tried again before it is left out.
    [[nodiscard]] virtual unsigned retries() const { return 0; }
    virtual void set_retries(std::string_view connection, unsigned retries) {
        (void)connection;
        (void)retries;
    }

    // What it reads.
    /// Connections that feed it, also by way of pipelines.
    [[nodiscard]] virtual std::set<std::string> fed_by() const { return {}; }
    [[nodiscard]] virtual UpstreamRows* upstream() { return nullptr; }
    /// Rows that were there before the pipeline; null where there are none to read.
    [[nodiscard]] virtual PastRows* past_rows() const { return nullptr; }
    /// What take reads; null where it reads nothing.
    [[nodiscard]] virtual const StreamInput* own_stream() const { return nullptr; }
    [[nodiscard]] virtual bool reads(const StreamInput& stream) const {
        (void)stream;
        return false;
    }

protected:
    QueryInput input_;
};

}  // namespace laminar
