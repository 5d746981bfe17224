#pragma once

#include <map>
#include <string>

#include "catalog/query/bound_query.h"
#include "runtime/database/database_parts.h"
#include "runtime/engine/engine_reader.h"

namespace laminar {

/// Engine thread: processes what has arrived, and lets tables show exactly what they retain, until the next cycle.
void bring_up_to_date(DatabaseParts& database, Engine& engine, const BoundQuery& query);

/// What a query reads, as it is at one moment: everything that has arrived by then is processed, what tables no longer
/// retain is gone, and system tables show that moment. From then on the query goes its own way, on the session's
/// thread: streams neither wait for it nor change what it sees. Of the session's thread.
class QuerySnapshot {
public:
    /// Waits for the engine thread. queue: of the streams that the session shows; put_rows tells where it was. Throws
    /// EngineException.
    QuerySnapshot(DatabaseParts& database, EngineReader& reader, const BoundQuery& query,
                  const StreamQueue* queue = nullptr);
    ~QuerySnapshot() { reader_.end(); }
    QuerySnapshot(const QuerySnapshot&) = delete;
    QuerySnapshot& operator=(const QuerySnapshot&) = delete;

    [[nodiscard]] EngineReader& reader() const noexcept { return reader_; }
    /// What to write after FROM for a system table of the query.
    [[nodiscard]] const std::string& system_table(const std::string& name) const { return system_tables_.at(name); }

    [[nodiscard]] std::uint64_t put_rows() const noexcept { return put_rows_; }

private:
    EngineReader& reader_;
    std::uint64_t put_rows_ = 0;
    std::map<std::string, std::string> system_tables_;
};

}  // namespace laminar
