#include "runtime/engine/database_reader.h"

#include <fmt/format.h>

#include <atomic>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
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
    DatabaseReader(const EngineConnection& writer, ScanSources& rows, FunctionStates& functions,
                   std::atomic<int>& snapshots)
        : shown_(rows),
          functions_(functions),
          snapshots_(snapshots),
          connection_(writer),
          begin_(connection_.prepare("BEGIN TRANSACTION READ ONLY")),
          rollback_(connection_.prepare("ROLLBACK")) {
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
        EngineConnection::execute(begin_);
        set_interruptible(true);
        ++snapshots_;
        // The engine fixes what a transaction sees when it first looks for anything, even for a function: now.
        connection_.execute("SELECT abs(1)");
    }

    void end() noexcept override {
        if (set_interruptible(false)) {
            try {
                EngineConnection::execute(rollback_);
            } catch (const std::exception&) {
                // An interrupt has ended it.
            }
            --snapshots_;
            // An interrupt that came too late for the last statement must not meet the next one.
            if (std::exchange(was_interrupted_, false)) connection_.forget_interrupt();
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
        shown_.put(key, connection_.id(), source);
        sources_.emplace_back(key, source);
        return fmt::format("{}('{}')", row_function_name, key);
    }

    void set_connection_test_result(const std::string& connection, std::string json) override {
        state_.set_connection_test_result(connection, std::move(json));
    }
    std::vector<Acknowledgement> take_acknowledgements() override { return state_.take_acknowledgements(); }
    void interrupt() noexcept override {
        const MutexLock lock(interrupt_mutex_);
        if (!is_open_) return;
        was_interrupted_ = true;
        connection_.interrupt();
    }

private:
    /// Whether it was.
    bool set_interruptible(bool interruptible) {
        const MutexLock lock(interrupt_mutex_);
        return std::exchange(is_open_, interruptible);
    }

    ScanSources& shown_;
    FunctionStates& functions_;
    std::atomic<int>& snapshots_;
    FunctionState state_;
    EngineConnection connection_;
    PreparedHandle begin_;
    PreparedHandle rollback_;
    Mutex interrupt_mutex_;
    bool is_open_ LAMINAR_GUARDED_BY(interrupt_mutex_) = false;
    bool was_interrupted_ = false;  ///< While is_open_: written under interrupt_mutex_.
    std::vector<std::pair<std::string, std::shared_ptr<ScanSource>>> sources_;  ///< Of the snapshot, by key.
};

}  // namespace

std::unique_ptr<EngineReader> make_database_reader(const EngineConnection& writer, ScanSources& rows,
                                                   FunctionStates& functions, std::atomic<int>& snapshots) {
    return std::make_unique<DatabaseReader>(writer, rows, functions, snapshots);
}

}  // namespace laminar
