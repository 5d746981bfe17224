#include "runtime/verify/catalog_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/bind/binder.h"
#include "catalog/objects/table_columns.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/plan/planned_query.h"
#include "runtime/storage/stored_objects.h"

namespace laminar {

namespace {

constexpr const char* state_schema = "laminar_state";
constexpr const char* retained_schema = "laminar_retained";
constexpr const char* numbers_schema = "laminar_kept";  ///< Clocks, places, ids of messages.

/// One database, opened for reading beside one in memory.
class CatalogCheck {
public:
    CatalogCheck(const DirectoryFiles& files, Verification& found) : found_(found) {
        Engine::Settings settings;
        settings.external_access = true;  // Nothing but the statements below is executed in it.
        engine_ = Engine::create(settings);
        engine_->execute(fmt::format("ATTACH {} AS laminar_verified (READ_ONLY); USE laminar_verified",
                                     quote_string(files.database())));
    }

    void check() {
        const ResultTable catalog = engine_->query(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = 'laminar_verified' AND schema_name = "
            "'laminar_catalog' AND "
            "table_name = 'objects'");
        if (catalog.rows == 0) return add("catalog", "the database has no catalog");
        bind_objects();
        check_tables();
        check_states();
    }

private:
    void add(const char* check, std::string message, bool is_error = true) {
        found_.findings.push_back({check, is_error, std::move(message)});
    }

    /// In the order in which a start makes them.
    void bind_objects() {
        for (const StoredObject& object : read_stored_objects(*engine_)) {
            ++found_.objects;
            const std::string name = fmt::format("{} \"{}\"", kind_name(object.kind), object.name);
            const auto source = std::make_shared<SourceText>(name, object.definition);
            Diagnostics problems(source);
            const ParsedScript script = parse_script(source, problems);
            std::optional<BoundStatement> bound;
            if (script.statements.size() == 1 && !problems.has_errors()) {
                Binder binder(catalog_, builtin_connectors(), *checker_, problems);
                bound = binder.bind(source, script.statements.front());
            }
            if (bound) {
                apply_to_catalog(*bound, catalog_);
                continue;
            }
            const auto error = std::find_if(problems.all().begin(), problems.all().end(),
                                            [](const Diagnostic& each) { return each.severity == Severity::error; });
            add("catalog",
                fmt::format("{} cannot be made again: {}", name,
                            error == problems.all().end() ? "its statement cannot be read" : error->message));
        }
    }

    [[nodiscard]] std::uint64_t count(const std::string& sql) {
        const ResultTable rows = engine_->query(sql);
        return static_cast<std::uint64_t>(rows.values.front().values<std::int64_t>()[0]);
    }

    /// Reads every value, and so every block that has some. Nothing after what cannot be read.
    std::optional<std::uint64_t> read_rows(const std::string& table, const char* check, const std::string& shown) {
        try {
            const std::uint64_t counted = count(fmt::format("SELECT count(*) FROM {}", table));
            // A hash of each row is made of all of its values.
            const std::uint64_t read = count(fmt::format("SELECT count(hash(read)) FROM {} AS read", table));
            if (counted == read) return read;
            add(check, fmt::format("{} says that it has {} rows, and {} can be read", shown, counted, read));
        } catch (const EngineException& problem) {
            add(check, fmt::format("{} cannot be read: {}", shown, problem.what()));
        }
        return std::nullopt;
    }

    void check_tables() {
        std::set<std::string> declared;
        for (const CatalogObject* object : catalog_.objects(ast::ObjectKind::table)) {
            const auto& table = std::get<TableObject>(*object);
            if (!table.is_stored()) continue;
            declared.insert(fold_case(table.name));
            check_table(table);
        }
        const ResultTable tables = tables_of("main");
        for (std::size_t row = 0; row < tables.rows; ++row) {
            const std::string name(tables.values[0].string_at(row));
            if (!declared.contains(name))
                add("table", fmt::format("there are rows of a table \"{}\" that is not declared", name), false);
        }
    }

    void check_table(const TableObject& table) {
        const std::string shown = fmt::format("table \"{}\"", table.name);
        const std::string in_engine = engine_table_name(table.name);
        const std::uint64_t columns = count(fmt::format(
            "SELECT count(*) FROM duckdb_columns() WHERE database_name = 'laminar_verified' AND schema_name = "
            "'main' AND table_name = {}",
            quote_string(fold_case(table.name))));
        if (columns == 0) return add("table", fmt::format("the rows of {} are missing", shown));
        if (columns != table.columns.size())
            add("table", fmt::format("{} is declared with {} columns, and its rows have {}", shown,
                                     table.columns.size(), columns));
        const std::optional<std::uint64_t> rows = read_rows(in_engine, "table", shown);
        if (!rows) return;
        found_.tables.push_back({table.name, *rows});
        if (table.primary_key.empty()) return;
        std::string key;
        for (const std::string& column : table.primary_key)
            key +=
                fmt::format("{}{}", key.empty() ? "" : ", ", quote_identifier(engine_name_of(table.columns, column)));
        const std::uint64_t twice = count(
            fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} GROUP BY {} HAVING count(*) > 1)", in_engine, key));
        if (twice > 0) add("table", fmt::format("{} has {} keys more than once", shown, twice));
    }

    /// Name and comment of each.
    [[nodiscard]] ResultTable tables_of(const char* schema) {
        return engine_->query(
            fmt::format("SELECT table_name, coalesce(comment, '') FROM duckdb_tables() WHERE database_name = "
                        "'laminar_verified' AND "
                        "schema_name = {} ORDER BY table_name",
                        quote_string(schema)));
    }

    void check_states() {
        const std::optional<std::set<std::string>> fingerprints = planned_fingerprints();
        for (const char* schema : {state_schema, retained_schema, numbers_schema}) {
            const ResultTable tables = tables_of(schema);
            for (std::size_t row = 0; row < tables.rows; ++row) {
                const std::string name(tables.values[0].string_at(row));
                const std::string shown =
                    fmt::format("{} \"{}\"", schema == retained_schema ? "what is retained of" : "the state", name);
                const std::optional<std::uint64_t> rows =
                    read_rows(fmt::format("{}.{}", schema, always_quote_identifier(name)), "state", shown);
                if (!rows) continue;
                ++found_.state_tables;
                found_.state_rows += *rows;
                const std::string fingerprint(tables.values[1].string_at(row));
                if (schema == state_schema && fingerprints && !fingerprint.empty() &&
                    !fingerprints->contains(fingerprint))
                    add("state", fmt::format("{} (fingerprint {}) is of no pipeline that there is", shown, fingerprint),
                        false);
            }
        }
    }

    /// Of all operators of the pipelines, as state has them. Nothing when one is planned only with its first messages.
    [[nodiscard]] std::optional<std::set<std::string>> planned_fingerprints() const {
        std::set<std::string> fingerprints;
        for (const CatalogObject* object : catalog_.objects(ast::ObjectKind::pipeline)) {
            const auto& pipeline = std::get<PipelineObject>(*object);
            const auto* planned = dynamic_cast<const PlannedQuery*>(pipeline.facts.get());
            if (!planned) return std::nullopt;
            for (const auto& each : planned->plan.operators)
                fingerprints.insert(fmt::format("{:016x}", each.fingerprint));
        }
        return fingerprints;
    }

    Verification& found_;
    std::unique_ptr<Engine> engine_;
    const std::unique_ptr<QueryChecker> checker_ = make_query_checker();
    Catalog catalog_;
};

}  // namespace

void check_catalog(const DirectoryFiles& files, Verification& found) { CatalogCheck(files, found).check(); }

}  // namespace laminar
