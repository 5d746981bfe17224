#include "runtime/storage/parquet_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "catalog/objects/column_name.h"
#include "catalog/threads/mutex.h"
#include "parser/write/sql_writer.h"
#include "runtime/engine/carried_type.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/failure_reason.h"

namespace laminar {

namespace {

/// The type that carried values have in the file.
ColumnType stored_type(const ColumnType& carried) {
    ColumnType result = carried;
    if (carried.id == TypeId::hugeint || carried.id == TypeId::uhugeint) {
        result = TypeId::decimal;
        result.width = 38;
        result.scale = 0;
    }
    for (ColumnType::Field& field : result.fields) field.type = stored_type(field.type);
    return result;
}

class ParquetWriter final : public ColumnFileWriter {
public:
    ParquetWriter(const std::string& path, std::vector<OutputColumn> columns)
        : path_(path),
          part_(std::filesystem::absolute(path).string() + ".part"),
          columns_(std::move(columns)),
          engine_(Engine::create({.database_path = std::nullopt, .external_access = true})) {
        std::vector<OutputColumn> carried;
        std::string items;
        for (const OutputColumn& column : columns_) {
            const std::string_view shown = shown_column_name(column.name);
            if (shown != column.name)
                throw std::runtime_error(fmt::format(
                    "cannot write \"{}\": another column has the name of \"{}\" in another case, and readers "
                    "of Parquet files do not tell them apart; select one of them AS another name",
                    path_, shown));
            carried.push_back({column.name, carried_type(column.type)});
            const ColumnType stored = stored_type(carried.back().type);
            const std::string name = always_quote_identifier(column.name);
            if (!items.empty()) items += ", ";
            items +=
                stored == carried.back().type ? name : fmt::format("CAST({0} AS {1}) AS {0}", name, to_sql(stored));
        }
        slot_ = engine_->create_row_slot("rows", carried);
        slot_->set_more_rows([this] { return next(); });
        std::string query = fmt::format("SELECT {} FROM {}", items, slot_->from_sql());
        if (std::filesystem::exists(path))
            query = fmt::format("SELECT * FROM {} UNION ALL BY NAME {}", parquet_scan(path), query);
        const std::string copy =
            fmt::format("COPY ({}) TO {} (FORMAT parquet, USE_TMP_FILE false)", query, quote_string(part_));
        thread_ = std::thread([this, copy] { run(copy); });
    }

    ~ParquetWriter() override {
        interrupt();
        if (thread_.joinable()) thread_.join();
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
    }

    void write(std::shared_ptr<const ColumnRows> rows) override {
        std::shared_ptr<const ColumnRows> aligned = align(std::move(rows));
        MutexLock lock(mutex_);
        changed_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return !waiting_ || ended_ || interrupted_; });
        if (ended_ || interrupted_) fail();
        waiting_ = std::move(aligned);
        changed_.notify_all();
    }

    void finish() override {
        {
            const MutexLock lock(mutex_);
            finished_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
        const MutexLock lock(mutex_);
        if (interrupted_ || !problem_.empty()) fail();
        std::error_code error;
        std::filesystem::rename(part_, path_, error);
        if (error) throw std::system_error(error, fmt::format("cannot write \"{}\"", path_));
    }

    void interrupt() noexcept override {
        {
            const MutexLock lock(mutex_);
            interrupted_ = true;
        }
        changed_.notify_all();
        engine_->interrupt();
    }

private:
    void run(const std::string& copy) noexcept {
        std::string problem;
        try {
            engine_->execute(copy);
        } catch (...) {
            problem = failure_reason(std::current_exception());
            if (problem.empty()) problem = "writing failed";
        }
        {
            const MutexLock lock(mutex_);
            problem_ = std::move(problem);
            ended_ = true;
        }
        changed_.notify_all();
    }

    /// For the scan of the statement, on its thread.
    const ColumnRows* next() {
        MutexLock lock(mutex_);
        current_.reset();
        changed_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return waiting_ || finished_ || interrupted_; });
        if (interrupted_) throw std::runtime_error("interrupted");
        current_ = std::move(waiting_);
        waiting_.reset();
        changed_.notify_all();
        return current_.get();
    }

    [[noreturn]] void fail() const LAMINAR_REQUIRES(mutex_) {
        throw std::runtime_error(
            fmt::format("cannot write \"{}\": {}", path_, problem_.empty() ? "it took too long" : problem_));
    }

    /// Rows with the columns of the file, in their order.
    std::shared_ptr<const ColumnRows> align(std::shared_ptr<const ColumnRows> rows) const {
        const auto same = [](const OutputColumn& one, const OutputColumn& other) {
            return one.name == other.name && one.type == other.type;
        };
        if (std::equal(columns_.begin(), columns_.end(), rows->columns.begin(), rows->columns.end(), same)) return rows;
        for (const OutputColumn& column : rows->columns) {
            const bool known = std::any_of(columns_.begin(), columns_.end(),
                                           [&](const OutputColumn& other) { return same(column, other); });
            if (!known)
                throw std::runtime_error(
                    fmt::format("cannot write \"{}\": a column \"{}\" of type {} is not among the columns of the first "
                                "rows, and all rows of a Parquet file have the same",
                                path_, column.name, to_sql(column.type)));
        }
        auto aligned = std::make_shared<ColumnRows>();
        aligned->columns = columns_;
        aligned->rows = rows->rows;
        for (const OutputColumn& column : columns_) {
            const auto found = std::find_if(rows->columns.begin(), rows->columns.end(),
                                            [&](const OutputColumn& other) { return same(column, other); });
            if (found != rows->columns.end()) {
                aligned->values.push_back(rows->values[static_cast<std::size_t>(found - rows->columns.begin())]);
                continue;
            }
            aligned->values.emplace_back(column.type);
            for (std::size_t row = 0; row < rows->rows; ++row) aligned->values.back().append_null();
        }
        return aligned;
    }

    const std::string path_;
    const std::string part_;
    const std::vector<OutputColumn> columns_;
    const std::unique_ptr<Engine> engine_;
    std::unique_ptr<BatchSlot> slot_;
    Mutex mutex_;
    ConditionVariable changed_;
    std::shared_ptr<const ColumnRows> waiting_ LAMINAR_GUARDED_BY(mutex_);
    std::shared_ptr<const ColumnRows> current_ LAMINAR_GUARDED_BY(mutex_);  ///< What the statement reads.
    bool finished_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool interrupted_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool ended_ LAMINAR_GUARDED_BY(mutex_) = false;  ///< The statement has.
    std::string problem_ LAMINAR_GUARDED_BY(mutex_);
    std::thread thread_;
};

}  // namespace

std::unique_ptr<ColumnFileWriter> make_parquet_writer(const std::string& path, std::vector<OutputColumn> columns) {
    try {
        return std::make_unique<ParquetWriter>(path, std::move(columns));
    } catch (const EngineException& problem) {
        throw std::runtime_error(fmt::format("cannot write \"{}\": {}", path, problem.what()));
    }
}

}  // namespace laminar
