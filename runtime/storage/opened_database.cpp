#include "runtime/storage/opened_database.h"

#include <fmt/format.h>

#include "parser/write/sql_writer.h"
#include "runtime/storage/crash_point.h"
#include "runtime/storage/stored_catalog.h"

namespace laminar {

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
    // What operators and stream tables had written; the rest of it was in memory. Views show what these tables retain.
    EngineTransaction transaction(engine);
    // Table by table: the engine (DuckDB 1.4.4) makes no table of a schema that has been dropped and made again.
    const ResultTable tables = engine.query(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('laminar_state', "
        "'laminar_retained')");
    for (std::size_t row = 0; row < tables.rows; ++row)
        engine.execute(fmt::format("DROP TABLE {}.{}", tables.values[0].string_at(row),
                                   always_quote_identifier(tables.values[1].string_at(row))));
    const ResultTable views =
        engine.query("SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal");
    for (std::size_t row = 0; row < views.rows; ++row)
        engine.execute("DROP VIEW main." + always_quote_identifier(views.values[0].string_at(row)));
    transaction.commit();
}

}  // namespace laminar
