#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "runtime/engine/duckdb_handles.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// What Laminar's own SQL functions read and leave behind. Thread-safe: the engine may evaluate in its own threads.
class FunctionState {
public:
    void set_connection_test_result(const std::string& connection, std::string json);
    [[nodiscard]] std::optional<std::string> connection_test_result(std::string_view connection) const;

    void acknowledge(std::string connection, std::string message_id);
    void add_acknowledgements(std::vector<Acknowledgement> acknowledgements);
    [[nodiscard]] std::vector<Acknowledgement> take_acknowledgements();
    [[nodiscard]] std::size_t acknowledgement_count() const;
    void forget_acknowledgements(std::size_t first, std::size_t end);

private:
    mutable Mutex mutex_;
    std::map<std::string, std::string, std::less<>> connection_tests_
        LAMINAR_GUARDED_BY(mutex_);  ///< By case-folded name.
    std::vector<Acknowledgement> acknowledgements_ LAMINAR_GUARDED_BY(mutex_);
};

/// The state of each connection to a database, by the connection: a call in a statement sees that of the connection
/// that prepared the statement. Thread-safe.
class FunctionStates {
public:
    /// state must stay until remove, and that until no statement of the connection runs.
    void add(duckdb_connection connection, FunctionState& state);
    void remove(const FunctionState& state);
    [[nodiscard]] FunctionState* find(std::uint64_t connection_id) const;

private:
    mutable Mutex mutex_;
    std::map<std::uint64_t, FunctionState*> states_
        LAMINAR_GUARDED_BY(mutex_);  ///< By the engine's id of the connection.
};

/// Registers laminar_connection_test(VARCHAR) -> JSON (NULL while there is no result) and
/// laminar_acknowledge(connection VARCHAR, message_id VARCHAR) -> BOOLEAN (NULL, and no effect, for a NULL argument),
/// laminar_valid_json(VARCHAR) -> BOOLEAN, by the same rules as the JSON decoder (json_valid is DuckDB's, and lenient),
/// and what average.h names, for all connections to the database. states must outlive them. Throws EngineException.
void register_functions(duckdb_connection connection, FunctionStates& states);

/// Registers laminar_hop(time, slide, size) and laminar_session(time, gap), for the types alone: the planner replaces
/// them before anything runs. Both are STRUCT(start, "end") of the type of time.
void register_window_placeholders(duckdb_connection connection);

/// Lists the names of the engine's aggregate functions, case-folded.
inline constexpr const char* aggregate_functions_sql =
    "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'aggregate'";

/// Definitions of what HOP is made of: laminar_hop_first(ts, slide, size), the start of the first window that a time
/// belongs to, and laminar_hop_windows(ts, slide, size), all of them; of a row without a time the window is NULL, as
/// TUMBLE has it.
[[nodiscard]] const std::vector<const char*>& window_macros();

}  // namespace laminar
