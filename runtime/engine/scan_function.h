#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/rows/column_batch.h"
#include "runtime/engine/duckdb_handles.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// Where the values of one column of a scan come from: values, or flags (a BOOLEAN column; none means all true).
struct ScannedColumn {
    const ColumnVector* values = nullptr;
    const std::vector<std::uint8_t>* flags = nullptr;
};

/// The rows of one scan: from first up to end, without those in skipped (ascending). Borrows what columns and skipped
/// point to; owned keeps rows alive that nobody else does.
struct ScannedRows {
    std::vector<ScannedColumn> columns;
    std::size_t first = 0;
    std::size_t end = 0;
    const std::vector<std::size_t>* skipped = nullptr;
    std::unique_ptr<ResultTable> owned = nullptr;
};

/// A relation that SQL reads by name through a table function.
class ScanSource {
public:
    virtual ~ScanSource() = default;
    /// Fixed; types are carried types.
    [[nodiscard]] virtual const std::vector<OutputColumn>& columns() const noexcept = 0;
    /// Called once per scan, when it starts.
    [[nodiscard]] virtual ScannedRows open() = 0;
    /// Called when a scan starts, for each column that it reads.
    virtual void need(std::size_t /*column*/) {}
    /// When the rows are used up: those that follow, if there are more. What it returned before is no longer read.
    [[nodiscard]] virtual std::optional<ScannedRows> more() { return std::nullopt; }
};

/// The sources of one table function, by key, without regard to case. Each is for the statements of one connection
/// (connection_id): no other finds it, whatever key it asks for, so that who lends rows to a connection knows who reads
/// them. Thread-safe; must outlive the connections to the database it is registered with.
class ScanSources {
public:
    void put(std::string_view key, std::uint64_t connection, std::shared_ptr<ScanSource> source);
    /// Forgets a key if it still stands for that source.
    void remove(std::string_view key, const ScanSource* source);
    [[nodiscard]] std::shared_ptr<ScanSource> find(std::string_view key, std::uint64_t connection) const;

private:
    struct Entry {
        std::uint64_t connection = 0;
        std::shared_ptr<ScanSource> source;
    };

    mutable Mutex mutex_;
    std::map<std::string, Entry, std::less<>> sources_ LAMINAR_GUARDED_BY(mutex_);  ///< By folded key.
};

/// Registers the table function name('key') over the sources. Columns that a statement does not use are not copied.
/// position_column: of a further column with the number of the row in the source, from 0; null: none.
void register_scan_function(duckdb_connection connection, const char* name, ScanSources& sources,
                            const char* position_column = nullptr);

}  // namespace laminar
