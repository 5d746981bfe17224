#include "connectors/file/parquet_file_target.h"

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/file/file_probe.h"

namespace laminar {

namespace {

class ParquetFileTarget final : public MessageTarget {
public:
    ParquetFileTarget(std::string path, ColumnFiles& files) : path_(std::move(path)), files_(files) {}

    void open() override {
        const std::vector<ConnectionTestStep> steps = test_writable_file(path_);
        if (!steps.front().ok) throw std::runtime_error(steps.front().detail);
        std::error_code error;
        if (std::filesystem::exists(path_, error)) check_parquet_file(path_);
    }

    void write(const OutgoingMessage& message) override {
        if (!message.rows) throw std::runtime_error("only rows can be written to a Parquet file");
        if (!writer_) {
            // Its columns are those of the first rows.
            std::unique_ptr<ColumnFileWriter> writer = files_.write_parquet(path_, message.rows->columns);
            const MutexLock lock(mutex_);
            writer_ = std::move(writer);
            if (interrupted_) writer_->interrupt();
        }
        writer_->write(message.rows);
    }

    void flush() override {}

    void close() override {
        if (writer_) writer_->finish();
    }

    [[nodiscard]] bool is_all_or_nothing() const noexcept override { return true; }

    void interrupt() noexcept override {
        const MutexLock lock(mutex_);
        interrupted_ = true;
        if (writer_) writer_->interrupt();
    }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override {
        std::vector<ConnectionTestStep> steps = test_writable_file(path_);
        try {
            std::error_code error;
            if (steps.front().ok && std::filesystem::exists(path_, error)) check_parquet_file(path_);
        } catch (const std::exception& problem) {
            steps.front().ok = false;
            steps.front().detail = problem.what();
        }
        return steps;
    }

private:
    const std::string path_;
    ColumnFiles& files_;
    Mutex mutex_;
    std::unique_ptr<ColumnFileWriter> writer_;  ///< Made under mutex_, once.
    bool interrupted_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace

std::unique_ptr<MessageTarget> make_parquet_file_target(std::string path, ColumnFiles& files) {
    return std::make_unique<ParquetFileTarget>(std::move(path), files);
}

}  // namespace laminar
