#include "runtime/engine/engine_connection.h"

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parser/write/sql_writer.h"
#include "runtime/engine/engine_error.h"

namespace laminar {

namespace {

/// Where large sorts and joins spill to: beside a database in a file. Made by the library when needed; that of a
/// database in memory is removed by it, too.
std::string spill_directory(const std::optional<std::string>& database_path) {
    if (database_path) return (std::filesystem::path(*database_path).parent_path() / "tmp").string();
    std::error_code ignored;
    const auto directory = std::filesystem::temp_directory_path(ignored);
    return (directory / ("laminar-" + std::to_string(::getpid()))).string();
}

ConfigHandle make_config(const Engine::Settings& settings) {
    std::vector<std::pair<const char*, std::string>> options{
        {"threads", std::to_string(settings.threads)},
        // Nothing is ever fetched on the side: what the engine can do is what is linked in.
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"preserve_insertion_order", "true"},
    };
    options.emplace_back("temp_directory", settings.spills ? spill_directory(settings.database_path) : "");
    ConfigHandle config;
    duckdb_create_config(config.receive());
    for (const auto& [name, value] : options)
        if (duckdb_set_config(config.get(), name, value.c_str()) == DuckDBError)
            throw EngineException({.type = "Internal", .message = "the engine does not accept " + std::string(name)});
    return config;
}

}  // namespace

EngineConnection::EngineConnection(const Engine::Settings& settings) : database_(std::make_shared<DatabaseHandle>()) {
    const ConfigHandle config = make_config(settings);
    const char* path = settings.database_path ? settings.database_path->c_str() : nullptr;
    char* problem = nullptr;
    if (duckdb_open_ext(path, database_->receive(), config.get(), &problem) == DuckDBError)
        throw EngineException(parse_engine_error(take_string(problem)));
    connect();
    configure_database();
    if (!settings.external_access) lock_files();
    if (!settings.optimizes) execute("PRAGMA disable_optimizer");
    // Elsewhere SET changes what a session may (catalog/objects/session_settings.h); nothing else in Laminar's SQL
    // could.
    if (settings.locks_settings) execute("SET lock_configuration = true");
}

EngineConnection::EngineConnection(const EngineConnection& other) : database_(other.database_) { connect(); }

void EngineConnection::connect() {
    if (duckdb_connect(database_->get(), connection_.receive()) == DuckDBError)
        throw EngineException({.type = "Connection", .message = "the engine does not accept a connection"});
    id_ = connection_id(connection_.get());
    execute("SET errors_as_json = true; SET TimeZone = 'UTC'");
}

void EngineConnection::configure_database() const {
    // Statements are prepared once and run again and again while their tables change. The engine would fit their plans
    // to what was in the tables when they were prepared, and give wrong rows later (duckdb issue 23704).
    execute("SET disabled_optimizers = 'statistics_propagation,compressed_materialization'");
    // DuckDB 1.4.4 fails for good ("index 2 within vector of size 2") when it chooses its join of two inequalities for
    // rows that come from a table function and a table united; the merge join for one inequality serves as well.
    execute("SET merge_join_threshold = 1000000000000000");
}

/// The engine lets itself write into the directory that large sorts spill to, but (DuckDB 1.4.4) not make it, unless
/// its path is allowed as well; and that can be said only of an open database.
void EngineConnection::lock_files() const {
    ResultHandle setting;
    if (duckdb_query(connection_.get(), "SELECT current_setting('temp_directory')", setting.get()) == DuckDBError)
        throw EngineException(parse_engine_error(duckdb_result_error(setting.get())));
    const std::string directory = take_string(duckdb_value_varchar(setting.get(), 0, 0));
    if (!directory.empty()) execute("SET allowed_paths = [" + quote_string(directory) + "]");
    execute("SET enable_external_access = false");
}

void EngineConnection::execute(const std::string& sql) const {
    ResultHandle result;
    if (duckdb_query(connection_.get(), sql.c_str(), result.get()) == DuckDBError)
        throw EngineException(parse_engine_error(duckdb_result_error(result.get()), sql));
}

void EngineConnection::execute(const PreparedHandle& statement) {
    ResultHandle result;
    if (duckdb_execute_prepared(statement.get(), result.get()) == DuckDBError)
        throw EngineException(parse_engine_error(duckdb_result_error(result.get())));
}

void EngineConnection::forget_interrupt() const noexcept {
    ResultHandle ignored;
    (void)duckdb_query(connection_.get(), "SELECT 1", ignored.get());
}

PreparedHandle EngineConnection::prepare(const std::string& sql) const {
    PreparedHandle statement;
    if (duckdb_prepare(connection_.get(), sql.c_str(), statement.receive()) == DuckDBError) {
        const char* problem = duckdb_prepare_error(statement.get());
        throw EngineException(parse_engine_error(problem ? problem : "the statement cannot be prepared", sql));
    }
    return statement;
}

}  // namespace laminar
