#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
#include "runtime/database/database.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/engine_reader.h"
#include "server/postgres/catalog/catalog_rows.h"

namespace laminar::postgres {

/// PostgreSQL's catalog relations about a database's catalog, in an engine of their own: whatever a query of them does,
/// it meets nothing else. The engine starts with the first reader. Thread-safe; the database must outlive it.
class PostgresCatalog {
public:
    explicit PostgresCatalog(Database& database) : database_(database) {}

    /// Makes the relations show what the database's catalog is now. Throws EngineException.
    void refresh();
    /// It must be gone before this. After refresh.
    [[nodiscard]] std::unique_ptr<EngineReader> make_reader();

private:
    void start() LAMINAR_REQUIRES(mutex_);
    void fill(const CatalogRows& rows) LAMINAR_REQUIRES(mutex_);

    Database& database_;
    Mutex mutex_;
    std::unique_ptr<Engine> engine_ LAMINAR_GUARDED_BY(mutex_);
    std::shared_ptr<const Catalog> shown_ LAMINAR_GUARDED_BY(mutex_);
};

/// What a session is to queries of the catalog: pairs of name and setting (session_relation).
using SessionFacts = std::vector<std::pair<std::string, std::string>>;

/// The queries that one session makes of the catalog. Of the session's thread, except interrupt.
class CatalogReader {
public:
    /// Throws EngineException.
    explicit CatalogReader(PostgresCatalog& catalog);

    /// sql: from parse_catalog_query. Rows are handed over as they come, until consume returns false. is_cancelled is
    /// asked when interrupt may have come too early. Throws EngineException.
    std::vector<OutputColumn> describe(const std::string& sql, const SessionFacts& facts);
    void execute(const std::string& sql, const SessionFacts& facts,
                 const std::function<void(const std::vector<OutputColumn>&)>& begin,
                 const std::function<bool(const ResultTable&)>& consume, const std::function<bool()>& is_cancelled);

    /// Makes the query that runs now fail; without one, nothing happens. Any thread.
    void interrupt() noexcept { reader_->interrupt(); }

private:
    void begin(const SessionFacts& facts);

    PostgresCatalog& catalog_;
    std::unique_ptr<EngineReader> reader_;
    SessionFacts facts_;  ///< Those the engine has been told.
};

}  // namespace laminar::postgres
