#include "runtime/storage/opened_database.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "parser/write/sql_writer.h"
#include "runtime/storage/crash_point.h"
#include "runtime/storage/stored_catalog.h"

namespace laminar {

namespace {

/// Parts of what operators and stream tables had, of which the rest was in memory alone. Table by table: the engine
/// (DuckDB 1.4.4) makes no table of a schema that has been dropped and made again.
void drop_state(Engine& engine) {
    const ResultTable tables = engine.query(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('laminar_state', "
        "'laminar_retained')");
    for (std::size_t row = 0; row < tables.rows; ++row)
        engine.execute(fmt::format("DROP TABLE {}.{}", tables.values[0].string_at(row),
                                   always_quote_identifier(tables.values[1].string_at(row))));
}

}  // namespace

void make_ready(Engine& engine, DataDirectory& directory) {
    if (directory.is_incomplete()) {
        (void)StoredCatalog(engine);
        crash_point("directory.made");
        directory.complete();
        return;
    }
    const ResultTable catalog =
        engine.query("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'laminar_catalog' AND table_name = 'objects'");
    if (catalog.rows == 0)
        throw DataDirectoryError(
            fmt::format("data directory {}: its database has no catalog: the directory is damaged; "
                        "restore it from a backup",
                        directory.path()));
    EngineTransaction transaction(engine);
    if (directory.is_older()) drop_state(engine);
    // Those who keep rows make them anew.
    const ResultTable views =
        engine.query("SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal");
    for (std::size_t row = 0; row < views.rows; ++row)
        engine.execute("DROP VIEW main." + always_quote_identifier(views.values[0].string_at(row)));
    transaction.commit();
    if (directory.is_previous()) directory.complete();
    if (!directory.is_older()) return;
    crash_point("directory.migrated");
    directory.complete();
    spdlog::warn(
        "data directory {}: it was written by an earlier version, which kept no state: pipelines and stream tables "
        "begin anew",
        directory.path());
}

}  // namespace laminar
