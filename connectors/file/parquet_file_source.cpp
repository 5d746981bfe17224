#include "connectors/file/parquet_file_source.h"

#include <deque>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/file/file_probe.h"

namespace laminar {

namespace {

constexpr std::size_t parts_ahead = 2;

/// Messages one behind the other: their columns, and what they are as text.
struct Part {
    std::shared_ptr<const ColumnRows> rows;
    std::string text;
    std::vector<std::size_t> ends;
};

Part make_part(const ColumnRows& rows, const std::vector<std::string>& names) {
    Part part;
    part.rows = std::make_shared<const ColumnRows>(rows);
    part.ends.reserve(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        encode_row(names, rows.values, row, part.text);
        part.ends.push_back(part.text.size());
    }
    return part;
}

class ParquetFileSource final : public MessageSource {
public:
    ParquetFileSource(std::string path, ColumnFiles& files) : path_(std::move(path)), files_(files) {}
    ~ParquetFileSource() override { stop(); }

    void open() override {
        stop();
        check_parquet_file(path_);
        const MutexLock lock(mutex_);
        parts_.clear();
        names_.reset();
        taken_ = 0;
        ended_ = stopping_ = false;
        problem_.clear();
        reader_ = std::thread([this] { read(); });
    }

    bool is_ready(const std::function<void()>& wake) override {
        const MutexLock lock(mutex_);
        if (!parts_.empty() && taken_ == parts_.front().ends.size()) {
            parts_.pop_front();
            taken_ = 0;
            changed_.notify_all();
        }
        if (ended_ || !parts_.empty()) return true;
        wake_ = wake;
        return false;
    }

    std::optional<SourceMessage> next() override {
        const MutexLock lock(mutex_);
        if (parts_.empty()) {
            if (!problem_.empty()) throw std::runtime_error(problem_);
            return std::nullopt;
        }
        const Part& part = parts_.front();
        const std::size_t begin = taken_ == 0 ? 0 : part.ends[taken_ - 1];
        SourceMessage message(std::string_view(part.text).substr(begin, part.ends[taken_] - begin));
        message.rows = part.rows;
        message.row = taken_++;
        return message;
    }

    [[nodiscard]] std::optional<std::vector<std::string>> field_names() const override {
        const MutexLock lock(mutex_);
        return names_;
    }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override {
        std::vector<ConnectionTestStep> steps = test_readable_file(path_);
        if (!steps.front().ok) return steps;
        try {
            check_parquet_file(path_);
        } catch (const std::exception& error) {
            steps.front().ok = false;
            steps.front().detail = error.what();
        }
        return steps;
    }

private:
    void read() noexcept {
        std::string problem;
        try {
            files_.read_parquet(path_, [this](const ColumnRows& rows) { return take(rows); });
        } catch (const std::exception& error) {
            problem = error.what();
            if (problem.empty()) problem = "reading failed";
        } catch (...) {
            problem = "reading failed for a reason that it does not tell";
        }
        {
            const MutexLock lock(mutex_);
            problem_ = std::move(problem);
            ended_ = true;
        }
        call_wake();
    }

    bool take(const ColumnRows& rows) {
        std::vector<std::string> names;
        for (const OutputColumn& column : rows.columns) names.push_back(column.name);
        Part part = make_part(rows, names);
        {
            MutexLock lock(mutex_);
            changed_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return stopping_ || parts_.size() < parts_ahead; });
            if (stopping_) return false;
            names_ = std::move(names);
            if (!part.ends.empty()) parts_.push_back(std::move(part));
        }
        call_wake();
        return true;
    }

    void call_wake() {
        std::function<void()> wake;
        {
            const MutexLock lock(mutex_);
            if (parts_.empty() && !ended_) return;
            wake.swap(wake_);
        }
        if (wake) wake();
    }

    void stop() noexcept {
        {
            const MutexLock lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        if (reader_.joinable()) reader_.join();
    }

    const std::string path_;
    ColumnFiles& files_;
    mutable Mutex mutex_;
    ConditionVariable changed_;
    std::deque<Part> parts_ LAMINAR_GUARDED_BY(mutex_);
    std::optional<std::vector<std::string>> names_
        LAMINAR_GUARDED_BY(mutex_);                     ///< Of the columns, once they are known.
    std::size_t taken_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< Messages of the first part.
    bool ended_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool stopping_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::string problem_ LAMINAR_GUARDED_BY(mutex_);
    std::function<void()> wake_ LAMINAR_GUARDED_BY(mutex_);
    std::thread reader_;
};

}  // namespace

std::unique_ptr<MessageSource> make_parquet_file_source(std::string path, ColumnFiles& files) {
    return std::make_unique<ParquetFileSource>(std::move(path), files);
}

}  // namespace laminar
