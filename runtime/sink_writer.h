#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog_object.h"
#include "connectors/connection.h"
#include "runtime/engine/engine.h"

namespace laminar {

class LiveConnections;

/// Where the rows of a pipeline or INSERT go. Engine thread only.
class SinkWriter {
public:
    virtual ~SinkWriter() = default;

    /// Takes over all rows. Throws EngineException when the engine refuses them; nothing is written then.
    virtual void write(const ResultTable& rows) = 0;
    /// Tries again to hand on what could not be handed on yet; true when nothing is left. While something is left, the
    /// pipeline's inputs are not read: that is how backpressure travels from a slow receiver to the feed.
    virtual bool flush() { return true; }
    /// Rows that had no receiver (no such client, connection gone for good).
    [[nodiscard]] virtual std::uint64_t undeliverable() const { return 0; }
};

/// The columns a query must deliver for a sink, in order; empty when the sink takes whatever the query has.
/// columns: those named by INSERT INTO t (a, b), or empty for all.
[[nodiscard]] std::vector<OutputColumn> sink_columns(const TableObject& table, const std::vector<std::string>& columns);

/// Wraps query_sql so that it delivers exactly these columns, by position, in their declared types.
[[nodiscard]] std::string shape_for_sink(const std::string& query_sql, const std::vector<OutputColumn>& columns);

/// Inserts into a stored table; with a primary key it upserts, and of several rows with one key the last wins.
[[nodiscard]] std::unique_ptr<SinkWriter> make_stored_table_sink(Engine& engine, const TableObject& table,
                                                                 const std::string& key,
                                                                 std::vector<OutputColumn> columns);

/// Encodes each row as a message of the connection. A column client_id names the receiver (server mode) and is not part
/// of the message.
[[nodiscard]] std::unique_ptr<SinkWriter> make_connection_sink(LiveConnections& connections, std::string connection,
                                                               MessageFormat format, std::vector<OutputColumn> columns);

/// Hands rows to a function (printed streams, counters).
[[nodiscard]] std::unique_ptr<SinkWriter> make_callback_sink(std::function<void(const ResultTable&)> consume);

}  // namespace laminar
