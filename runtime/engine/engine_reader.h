#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/engine/engine.h"

namespace laminar {

/// A connection of its own to an engine's database, for queries that must not hold up the engine thread. What it reads
/// is a snapshot: from begin to end its statements see what the engine had committed when begin was called, whatever
/// is written, deleted or dropped meanwhile. While a snapshot is open, space is not reclaimed.
/// One thread at a time, except interrupt; the engine must outlive it.
class EngineReader {
public:
    virtual ~EngineReader() = default;

    /// Throws EngineException. Not while a snapshot is open.
    virtual void begin() = 0;
    /// Statements of the snapshot must be gone; without one, only shown rows go.
    virtual void end() noexcept = 0;

    virtual std::unique_ptr<PreparedQuery> prepare(std::string_view sql) = 0;

    /// Makes rows readable to statements until end; what to write after FROM to read them.
    virtual std::string show(ResultTable rows) = 0;

    /// As those of Engine, for the statements of this connection alone.
    virtual void set_connection_test_result(const std::string& connection, std::string json) = 0;
    virtual std::vector<Acknowledgement> take_acknowledgements() = 0;

    /// Makes the statement of the open snapshot that runs now fail with an Interrupt error; without one, nothing
    /// happens. Any thread.
    virtual void interrupt() noexcept = 0;
};

}  // namespace laminar
