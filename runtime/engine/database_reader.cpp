#include "runtime/engine/database_reader.h"

#include <fmt/format.h>

#include <atomic>
#include <utility>
#include <vector>

#include "runtime/engine/carried_type.h"
#include "runtime/engine/prepared_statement.h"

namespace laminar {

namespace {

class RowSource final : public ScanSource {
public:
    explicit RowSource(ResultTable rows) : rows_(std::move(rows)) {
        for (const OutputColumn& column : rows_.columns) columns_.push_back({column.name, carried_type(column.type)});
    }

    [[nodiscard]] const std::vector<OutputColumn>& columns() const noexcept override { return columns_; }
    [[nodiscard]] ScannedRows open() override {
        ScannedRows scan;
        scan.end = rows_.rows;
        for (const ColumnVector& values : rows_.values) scan.columns.push_back({.values = &values});
        return scan;
    }

private:
    const ResultTable rows_;
    std::vector<OutputColumn> columns_;
};

class DatabaseReader final : public EngineReader {
public:
    DatabaseReader(const EngineConnection& writer, ScanSources& rows, FunctionStates& functions)
        : shown_(rows), functions_(functions), connection_(writer) {
        functions_.add(connection_.get(), state_);
        for (const char* macro : window_macros()) connection_.execute(macro);
    }
    ~DatabaseReader() override {
        end();
        functions_.remove(state_);
    }
    DatabaseReader(const DatabaseReader&) = delete;
    DatabaseReader& operator=(const DatabaseReader&) = delete;

    void begin() override {
        connection_.execute("BEGIN TRANSACTION READ ONLY");
        is_open_ = true;
        // Only now: the engine fixes what a transaction sees when it first looks at anything.
        connection_.execute("SELECT count(*) FROM duckdb_schemas()");
    }

    void end() noexcept override {
        if (!std::exchange(is_open_, false)) return;
        try {
            connection_.execute("ROLLBACK");
        } catch (const std::exception&) {
            // An interrupt has ended it.
        }
        for (const auto& [key, source] : sources_) shown_.remove(key, source.get());
        sources_.clear();
    }

    std::unique_ptr<PreparedQuery> prepare(std::string_view sql) override {
        return prepare_statement(connection_, sql);
    }

    std::string show(ResultTable rows) override {
        static std::atomic<std::uint64_t> last{0};  // Of all readers: they share the function.
        const std::string key = std::to_string(++last);
        const auto source = std::make_shared<RowSource>(std::move(rows));
        shown_.put(key, source);
        sources_.emplace_back(key, source);
        return fmt::format("{}('{}')", row_function_name, key);
    }

    void set_connection_test_result(const std::string& connection, std::string json) override {
        state_.set_connection_test_result(connection, std::move(json));
    }
    std::vector<Acknowledgement> take_acknowledgements() override { return state_.take_acknowledgements(); }
    void interrupt() noexcept override { connection_.interrupt(); }

private:
    ScanSources& shown_;
    FunctionStates& functions_;
    FunctionState state_;
    EngineConnection connection_;
    bool is_open_ = false;
    std::vector<std::pair<std::string, std::shared_ptr<ScanSource>>> sources_;  ///< Of the snapshot, by key.
};

}  // namespace

std::unique_ptr<EngineReader> make_database_reader(const EngineConnection& writer, ScanSources& rows,
                                                   FunctionStates& functions) {
    return std::make_unique<DatabaseReader>(writer, rows, functions);
}

}  // namespace laminar
