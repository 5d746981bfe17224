#include "server/postgres/catalog/postgres_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "parser/text/split.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/database_parts.h"
#include "server/postgres/catalog/catalog_functions.h"
#include "server/postgres/catalog/catalog_query.h"
#include "server/postgres/catalog/catalog_views.h"
#include "server/postgres/catalog/relation_shapes.h"

namespace laminar::postgres {

namespace {

/// SELECT of all columns of a shape over a source that has some of them, as values or as texts.
std::string select_shape(const RelationShape& shape, const std::vector<std::string_view>& given, bool as_text,
                         const std::string& source) {
    std::string list;
    for (std::string_view rest = shape.columns; !rest.empty();) {
        const ShapeColumn column = take_column(rest);
        const std::string name = always_quote_identifier(column.name);
        const std::string_view type = engine_type(column.type);
        const bool is_given = std::find(given.begin(), given.end(), column.name) != given.end();
        std::string value = is_given ? name : std::string(default_sql(column.type));
        if (is_given && as_text && type.ends_with("[]")) value = fmt::format("CAST({} AS JSON)", value);
        list += fmt::format("{}CAST({} AS {}) AS {}", list.empty() ? "" : ", ", value, type, name);
    }
    return fmt::format("SELECT {} FROM {}", list, source);
}

std::string named_source(const CatalogView& view) {
    return fmt::format("({}) AS source({})", view.query, fmt::join(split_at(' ', view.columns), ", "));
}

/// One row of texts for each.
ResultTable text_table(const CatalogRows& rows) {
    ResultTable table;
    for (const std::string_view column : rows.columns) {
        table.columns.push_back({std::string(column), TypeId::varchar});
        table.values.emplace_back(TypeId::varchar);
    }
    for (const std::vector<std::optional<std::string>>& row : rows.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (row[i])
                table.values[i].append_string(*row[i]);
            else
                table.values[i].append_null();
        }
    }
    table.rows = rows.rows.size();
    return table;
}

/// A row for the columns of the session, as VALUES.
std::string session_table_sql(const SessionFacts& facts) {
    std::string values;
    for (const auto& [name, setting] : facts)
        values += fmt::format("{}({}, {})", values.empty() ? "" : ", ", quote_string(name), quote_string(setting));
    return fmt::format(
        "CREATE OR REPLACE TEMP TABLE {} AS SELECT * FROM (VALUES {}) AS facts(laminar_name, laminar_setting)",
        session_relation, values);
}

/// All characters that "char" may be, and none at all.
std::string char_type_sql() {
    std::string values = "''";
    for (char c = ' '; c < '\x7F'; ++c) values += ", " + quote_string(std::string_view(&c, 1));
    return fmt::format("CREATE TYPE {} AS ENUM ({})", char_type, values);
}

}  // namespace

void PostgresCatalog::start() {
    std::unique_ptr<Engine> engine = Engine::create({.database_path = std::nullopt, .spills = false});
    engine->begin();
    engine->execute(char_type_sql());
    for (const RelationShape& shape : relation_shapes()) {
        engine->execute(fmt::format("CREATE TABLE {} AS {}", shape.name,
                                    select_shape(shape, {}, false, "(SELECT 1) AS nothing WHERE false")));
    }
    engine->execute(
        fmt::format("CREATE TABLE {} (laminar_number UINTEGER, laminar_definition VARCHAR)", definitions_relation));
    engine->execute(fmt::format("CREATE TABLE {} (oid UINTEGER, shown VARCHAR)", type_names_relation));
    for (const CatalogView& view : function_views())
        engine->execute(fmt::format("CREATE VIEW {} AS SELECT * FROM {}", view.name, named_source(view)));
    // Macros and views are bound when they are made; each session has a table of its own under the name.
    engine->execute(session_table_sql({{"", ""}}));
    for (const CatalogFunction& function : catalog_functions())
        engine->execute(fmt::format("CREATE MACRO {}{}", function.name, function.definition));
    for (const CatalogView& view : catalog_views()) {
        engine->execute(fmt::format("DROP TABLE {}", view.name));
        engine->execute(fmt::format(
            "CREATE VIEW {} AS {}", view.name,
            select_shape(*find_relation_shape(view.name), split_at(' ', view.columns), false, named_source(view))));
    }
    engine->execute(fmt::format("CREATE SCHEMA {}", information_schema));
    for (const CatalogView& view : information_views())
        engine->execute(
            fmt::format("CREATE VIEW {}.{} AS SELECT * FROM {}", information_schema, view.name, named_source(view)));
    engine->commit();
    engine_ = std::move(engine);
}

void PostgresCatalog::fill(const CatalogRows& rows) {
    const ResultTable table = text_table(rows);
    const std::unique_ptr<BatchSlot> slot = engine_->create_row_slot(std::string(rows.relation), table.columns);
    slot->set_rows(&table);
    const RelationShape* shape = find_relation_shape(rows.relation);
    const std::string query = shape ? select_shape(*shape, rows.columns, true, slot->from_sql())
                                    : fmt::format("SELECT CAST({0} AS UINTEGER) AS {0}, {1} FROM {2}", rows.columns[0],
                                                  rows.columns[1], slot->from_sql());
    engine_->execute(fmt::format("CREATE OR REPLACE TABLE {} AS {}", rows.relation, query));
}

void PostgresCatalog::refresh() {
    const MutexLock lock(mutex_);
    if (!engine_) start();
    std::shared_ptr<const Catalog> catalog = database_.catalog();
    if (catalog == shown_) return;
    EngineTransaction transaction(*engine_);
    for (const CatalogRows& rows : catalog_rows(*catalog, database_.parts().registry.system_tables())) fill(rows);
    transaction.commit();
    shown_ = std::move(catalog);
}

std::unique_ptr<EngineReader> PostgresCatalog::make_reader() {
    const MutexLock lock(mutex_);
    return engine_->make_reader();
}

CatalogReader::CatalogReader(PostgresCatalog& catalog) : catalog_(catalog) {
    catalog_.refresh();
    reader_ = catalog_.make_reader();
}

void CatalogReader::begin(const SessionFacts& facts) {
    catalog_.refresh();
    if (facts != facts_) {
        (void)reader_->prepare(session_table_sql(facts))->execute();
        facts_ = facts;
    }
    reader_->begin();
}

namespace {

/// Ends the snapshot of a reader.
class SnapshotEnd {
public:
    explicit SnapshotEnd(EngineReader& reader) : reader_(reader) {}
    ~SnapshotEnd() { reader_.end(); }
    SnapshotEnd(const SnapshotEnd&) = delete;
    SnapshotEnd& operator=(const SnapshotEnd&) = delete;

private:
    EngineReader& reader_;
};

std::vector<OutputColumn> shown_columns(std::vector<OutputColumn> columns) {
    for (OutputColumn& column : columns) column.name = catalog_column_name(column.name);
    return columns;
}

}  // namespace

std::vector<OutputColumn> CatalogReader::describe(const std::string& sql, const SessionFacts& facts) {
    begin(facts);
    const SnapshotEnd end(*reader_);
    return shown_columns(reader_->prepare(sql)->columns());
}

void CatalogReader::execute(const std::string& sql, const SessionFacts& facts,
                            const std::function<void(const std::vector<OutputColumn>&)>& begin_rows,
                            const std::function<bool(const ResultTable&)>& consume,
                            const std::function<bool()>& is_cancelled) {
    begin(facts);
    const SnapshotEnd end(*reader_);
    const std::unique_ptr<PreparedQuery> query = reader_->prepare(sql);
    if (is_cancelled()) throw EngineException({.type = "Interrupt", .message = "the query was cancelled"});
    begin_rows(shown_columns(query->columns()));
    query->execute(consume);
}

}  // namespace laminar::postgres
