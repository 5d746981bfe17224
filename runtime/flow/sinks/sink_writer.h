#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "connectors/connection.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/rows/row_isolation.h"

namespace laminar {

/// Where the rows of a pipeline or INSERT go. Engine thread only.
class SinkWriter {
public:
    virtual ~SinkWriter() = default;

    /// Takes over all rows but those that the engine refuses, also when they are tried so many times again: these it
    /// returns. Throws EngineException when it is not about single rows.
    virtual std::vector<RefusedRow> write(const ResultTable& rows, unsigned retries) = 0;
    /// The result is updated: write_changes will be called instead of write. keys: the columns that identify a row, if
    /// they are known. Throws EngineException where the sink can only take rows that stay.
    virtual void expect_changes(const std::vector<std::string>& keys) = 0;
    virtual std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added,
                                                  unsigned retries) = 0;

    /// The sink is a table of the engine, whose rows belong into the transaction of the cycle: there write_all is
    /// called in the place of the two above (removed: only of results that are updated). It throws EngineException when
    /// any row is refused: find_refused tells which, and changes nothing.
    [[nodiscard]] virtual bool is_stored() const noexcept { return false; }
    virtual void write_all(const ResultTable& removed, const ResultTable& added) {
        (void)removed;
        (void)added;
    }
    [[nodiscard]] virtual std::vector<RefusedRow> find_refused(const ResultTable& added, unsigned retries) {
        (void)added;
        (void)retries;
        return {};
    }
    // A sink that holds back (in a data directory) sends nothing of what it is given before the commit of its cycle.
    /// Finds out what has become of what was sent: see EngineChange::look.
    virtual void look() {}
    /// It has something to keep for the time after a crash, or to forget.
    [[nodiscard]] virtual bool has_changes() const { return false; }
    /// Does so, within the transaction of the cycle. Throws EngineException; after a rollback it is called again.
    virtual void keep() {}
    virtual void on_commit() {}
    /// What it has been given and is not underway yet: sends it. To be called once, when the commit is on disk. Empty:
    /// there is nothing. The caller keeps the sink until then.
    [[nodiscard]] virtual std::function<void()> take_departure() { return {}; }
    /// The pipeline has failed: what it was given since the last commit was never made.
    virtual void discard() {}
    /// keep does not work: has_changes is false from now on.
    virtual void stop_keeping() {}
    /// Tries again to hand on what could not be handed on yet; true when nothing is left. While something is left, the
    /// pipeline's inputs are not read: that is how backpressure travels from a slow receiver to the feed.
    virtual bool flush() { return true; }
    /// Rows that had no receiver (no such client, connection gone for good).
    [[nodiscard]] virtual std::uint64_t undeliverable() const { return 0; }
    /// Why the latest of them had none; empty when there are none.
    [[nodiscard]] virtual std::string undeliverable_reason() const { return {}; }
    /// Their messages since the last time, for the connection they should have been sent on; consumer is left open.
    [[nodiscard]] virtual std::vector<FailedRow> take_failures() { return {}; }
};

}  // namespace laminar
