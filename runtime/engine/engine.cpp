#include "runtime/engine/engine.h"

#include <fmt/format.h>

#include <atomic>

#include "parser/text/byte_size.h"
#include "runtime/engine/batch_slot.h"
#include "runtime/engine/commit_listener.h"
#include "runtime/engine/database_reader.h"
#include "runtime/engine/engine_connection.h"
#include "runtime/engine/functions.h"
#include "runtime/engine/logical_type.h"
#include "runtime/engine/memory/state_memory.h"
#include "runtime/engine/prepared_statement.h"
#include "runtime/engine/scan_function.h"

namespace laminar {

namespace {

class SystemSource final : public ScanSource {
public:
    explicit SystemSource(SystemTable table) : table_(std::move(table)) {
        for (OutputColumn& column : table_.columns) column.type = carried_type(column.type);
    }

    [[nodiscard]] const std::string& name() const noexcept { return table_.name; }
    [[nodiscard]] const std::vector<OutputColumn>& columns() const noexcept override { return table_.columns; }

    [[nodiscard]] ResultTable rows() const { return table_.rows(); }

    [[nodiscard]] ScannedRows open() override {
        ScannedRows scan;
        scan.owned = std::make_unique<ResultTable>(rows());
        scan.end = scan.owned->rows;
        for (const ColumnVector& values : scan.owned->values) scan.columns.push_back({.values = &values});
        return scan;
    }

private:
    SystemTable table_;
};

class DuckDbEngine final : public Engine {
public:
    explicit DuckDbEngine(const Settings& settings)
        : connection_(settings), begin_(connection_.prepare("BEGIN")), commit_(connection_.prepare("COMMIT")) {
        register_scan_function(connection_.get(), batch_function_name, slots_);
        register_scan_function(connection_.get(), numbered_batch_function_name, slots_, row_position_column);
        register_scan_function(connection_.get(), "laminar_system", system_tables_);
        register_scan_function(connection_.get(), row_function_name, shown_rows_);
        register_functions(connection_.get(), function_states_);
        function_states_.add(connection_.get(), functions_);
        register_window_placeholders(connection_.get());
        for (const char* macro : window_macros()) connection_.execute(macro);
        note_memory_limit();
    }

    void execute(std::string_view sql) override { connection_.execute(std::string(sql)); }
    ResultTable query(std::string_view sql) override { return prepare(sql)->execute(); }
    std::unique_ptr<PreparedQuery> prepare(std::string_view sql) override {
        return prepare_statement(connection_, sql);
    }

    std::unique_ptr<BatchSlot> create_batch_slot(const std::string& key,
                                                 std::shared_ptr<const BatchSchema> schema) override {
        return make_batch_slot(slots_, connection_.id(), key, std::move(schema));
    }
    std::unique_ptr<BatchSlot> create_row_slot(const std::string& key, std::vector<OutputColumn> columns) override {
        return make_row_slot(slots_, connection_.id(), key, columns);
    }

    void register_system_table(SystemTable table) override {
        auto source = std::make_shared<SystemSource>(std::move(table));
        system_tables_.put(source->name(), connection_.id(), source);
    }

    void set_connection_test_result(const std::string& connection, std::string json) override {
        functions_.set_connection_test_result(connection, std::move(json));
    }
    std::vector<Acknowledgement> take_acknowledgements() override { return functions_.take_acknowledgements(); }
    std::size_t acknowledgement_count() override { return functions_.acknowledgement_count(); }
    void forget_acknowledgements(std::size_t first, std::size_t end) override {
        functions_.forget_acknowledgements(first, end);
    }

    void add_acknowledgements(std::vector<Acknowledgement> acknowledgements) override {
        functions_.add_acknowledgements(std::move(acknowledgements));
    }

    ResultTable system_rows(std::string_view name) override {
        const auto source = std::dynamic_pointer_cast<SystemSource>(system_tables_.find(name, connection_.id()));
        if (!source) throw EngineException({.type = "Catalog", .message = fmt::format("no system table {}", name)});
        return source->rows();
    }

    [[nodiscard]] bool has_snapshots() const noexcept override { return snapshots_ > 0; }
    std::unique_ptr<EngineReader> make_reader() override {
        return make_database_reader(connection_, shown_rows_, function_states_, snapshots_);
    }

    void begin() override { connection_.execute(begin_); }
    void commit() override {
        connection_.execute(commit_);
        if (on_commit_) on_commit_();
    }
    void rollback() noexcept override {
        try {
            connection_.execute("ROLLBACK");
        } catch (const std::exception&) {
            // There was nothing to undo, or the database is broken: either way nothing of it stays.
        }
    }

    [[nodiscard]] StateMemory& state_memory() noexcept { return state_memory_; }
    void note_memory_limit() {
        const ResultTable setting = query("SELECT CAST(current_setting('memory_limit') AS VARCHAR)");
        if (const auto limit = parse_byte_size(setting.values[0].string_at(0))) state_memory_.set_limit(*limit);
    }

    void set_commit_listener(std::function<void()> listener) { on_commit_ = std::move(listener); }

    void interrupt() noexcept override { connection_.interrupt(); }
    void forget_interrupt() noexcept override { connection_.forget_interrupt(); }

private:
    std::function<void()> on_commit_;
    StateMemory state_memory_;
    // Before the connection, whose functions refer to them: destroyed after it.
    ScanSources slots_;
    ScanSources system_tables_;
    ScanSources shown_rows_;
    FunctionState functions_;
    FunctionStates function_states_;
    std::atomic<int> snapshots_{0};
    EngineConnection connection_;
    // Every cycle needs them; parsing and planning them anew takes as long as executing them.
    PreparedHandle begin_;
    PreparedHandle commit_;
};

}  // namespace

std::string_view engine_version() noexcept {
    std::string_view version = duckdb_library_version();
    if (version.starts_with('v')) version.remove_prefix(1);
    return version;
}

void set_commit_listener(Engine& engine, std::function<void()> listener) {
    dynamic_cast<DuckDbEngine&>(engine).set_commit_listener(std::move(listener));
}

StateMemory& state_memory(Engine& engine) { return dynamic_cast<DuckDbEngine&>(engine).state_memory(); }
void note_memory_limit(Engine& engine) { dynamic_cast<DuckDbEngine&>(engine).note_memory_limit(); }

StateMemory::Share::Share(Engine& engine) : memory_(state_memory(engine)) { ++memory_.users_; }

std::unique_ptr<Engine> Engine::create(const Settings& settings) { return std::make_unique<DuckDbEngine>(settings); }

}  // namespace laminar
