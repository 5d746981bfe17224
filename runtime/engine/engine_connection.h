#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/engine/duckdb_handles.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// A connection to an open database, configured the way Laminar uses it. One thread, except interrupt.
class EngineConnection {
public:
    /// Throws EngineException when the database cannot be opened.
    explicit EngineConnection(const Engine::Settings& settings);
    /// A further connection to the same database, configured alike, for another thread. Any thread may make it.
    explicit EngineConnection(const EngineConnection& other);
    EngineConnection& operator=(const EngineConnection&) = delete;

    [[nodiscard]] duckdb_connection get() const noexcept { return connection_.get(); }
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }  ///< connection_id.
    /// Statements separated by ';', results dropped. Throws EngineException.
    void execute(const std::string& sql) const;
    /// Throws EngineException.
    [[nodiscard]] PreparedHandle prepare(const std::string& sql) const;
    /// Results dropped. Throws EngineException.
    static void execute(const PreparedHandle& statement);
    /// After interrupt, and when no more of them come: one that came too late for its statement does not meet the next.
    void forget_interrupt() const noexcept;
    void interrupt() const noexcept { duckdb_interrupt(connection_.get()); }

private:
    void connect();
    /// What holds for all connections; others may be planning when a further one is made.
    void configure_database() const;

    /// No statement reaches a file from here on.
    void lock_files() const;

    std::shared_ptr<DatabaseHandle> database_;
    ConnectionHandle connection_;
    std::uint64_t id_ = 0;
};

}  // namespace laminar
