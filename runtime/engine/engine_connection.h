#pragma once

#include <string>

#include "runtime/engine/duckdb_handles.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// One open database with one connection, configured the way Laminar uses it. One thread, except interrupt.
class EngineConnection {
public:
    /// Throws EngineException when the database cannot be opened.
    explicit EngineConnection(const Engine::Settings& settings);

    [[nodiscard]] duckdb_connection get() const noexcept { return connection_.get(); }
    /// Statements separated by ';', results dropped. Throws EngineException.
    void execute(const std::string& sql) const;
    /// Throws EngineException.
    [[nodiscard]] PreparedHandle prepare(const std::string& sql) const;
    /// Results dropped. Throws EngineException.
    static void execute(const PreparedHandle& statement);
    void interrupt() const noexcept { duckdb_interrupt(connection_.get()); }

private:
    DatabaseHandle database_;
    ConnectionHandle connection_;
};

}  // namespace laminar
