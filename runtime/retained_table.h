#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "catalog/catalog_object.h"
#include "connectors/column_batch.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// The rows of a stream that ad-hoc SQL can see, bounded by age and count. Engine thread only.
class RetainedTable {
public:
    /// Makes the engine table. rows_sql is what new rows are read from, in the schema's columns.
    RetainedTable(Engine& engine, const TableObject& table, const BatchSchema& schema, const std::string& rows_sql);
    ~RetainedTable();
    RetainedTable(const RetainedTable&) = delete;
    RetainedTable& operator=(const RetainedTable&) = delete;

    /// Appends what rows_sql shows now; bytes is about how large that is.
    void append(std::uint64_t bytes);
    /// Enforces the bounds exactly, so that a query sees no row beyond them.
    void trim();
    /// Enforces them roughly and cheaply, between batches.
    void trim_if_due();

    /// The oldest rows whose id is position or more, at most limit, in the schema's columns; position moves past them.
    [[nodiscard]] ResultTable read(std::int64_t& position, std::size_t limit);

    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::uint64_t expired_rows() const noexcept { return expired_rows_; }

private:
    void trim_by_age();
    void trim_by_count();

    Engine& engine_;
    std::string name_;  ///< As the engine spells it.
    TableOptions options_;
    std::unique_ptr<PreparedQuery> insert_;
    std::uint64_t rows_ = 0;
    std::uint64_t expired_rows_ = 0;
    std::uint64_t untrimmed_bytes_ = 0;  ///< Appended since the count was last trimmed.
    std::chrono::steady_clock::time_point last_trim_by_age_;
};

}  // namespace laminar
