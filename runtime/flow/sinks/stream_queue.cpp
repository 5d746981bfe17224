#include "runtime/flow/sinks/stream_queue.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

namespace {

std::size_t bytes_of(const ResultTable& rows) {
    std::size_t bytes = 0;
    for (const ColumnVector& values : rows.values) bytes += values.byte_size();
    return bytes;
}

}  // namespace

void StreamQueue::put(std::string_view stream, ResultTable rows) {
    if (rows.rows == 0) return;
    const MutexLock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    if (closed_) return;
    if (slow_reader_ == SlowReader::loses_rows && is_full()) {
        left_out_ += rows.rows;
        if (!std::exchange(is_losing_, true))
            spdlog::warn("{}: rows are left out, for their reader is too slow", stream);
        return;
    }
    if (std::exchange(is_losing_, false))
        spdlog::warn("{}: its reader has caught up: {} rows were left out", stream, left_out_);
    waiting_bytes_ += bytes_of(rows);
    put_rows_ += rows.rows;
    rows_.push_back({std::string(stream), std::move(rows)});
    changed_.notify_one();
}

void StreamQueue::put_failure(std::string_view stream, std::string reason) {
    const MutexLock lock(mutex_);
    if (closed_ || failure_) return;
    rows_.push_back({std::string(stream), {}, std::move(reason)});
    changed_.notify_one();
}

bool StreamQueue::has_room() const {
    const MutexLock lock(mutex_);
    return slow_reader_ == SlowReader::loses_rows || closed_ || failure_ || !is_full();
}

std::optional<StreamQueue::Rows> StreamQueue::take() {
    count_taken_as_shown();
    Rows next;
    bool makes_room = false;
    {
        MutexLock lock(mutex_);
        changed_.wait(lock, [&]() LAMINAR_REQUIRES(mutex_) { return closed_ || !rows_.empty(); });
        if (closed_) return std::nullopt;
        const bool was_full = is_full();
        next = std::move(rows_.front());
        rows_.pop_front();
        waiting_bytes_ -= bytes_of(next.rows);
        taken_rows_ = next.rows.rows;
        makes_room = was_full && !is_full();
    }
    if (makes_room) on_change_();
    return next;
}

void StreamQueue::count_taken_as_shown() {
    std::uint64_t taken = 0;
    {
        const MutexLock lock(mutex_);
        taken = std::exchange(taken_rows_, 0);
        shown_rows_ += taken;
    }
    if (taken > 0) on_change_();
}

void StreamQueue::fail(std::exception_ptr problem) {
    {
        const MutexLock lock(mutex_);
        if (!failure_) failure_ = std::move(problem);
        forget_waiting();
    }
    on_change_();
}

void StreamQueue::forget_waiting() noexcept {
    rows_.clear();
    waiting_bytes_ = 0;
    shown_rows_ = put_rows_;
    taken_rows_ = 0;
}

std::uint64_t StreamQueue::put_rows() const {
    const MutexLock lock(mutex_);
    return put_rows_;
}

std::uint64_t StreamQueue::shown_rows() const {
    const MutexLock lock(mutex_);
    return shown_rows_;
}

std::uint64_t StreamQueue::rows_left_out() const {
    const MutexLock lock(mutex_);
    return left_out_;
}

std::exception_ptr StreamQueue::failure() const {
    const MutexLock lock(mutex_);
    return failure_;
}

void StreamQueue::close() {
    {
        const MutexLock lock(mutex_);
        closed_ = true;
        forget_waiting();
    }
    changed_.notify_all();
}

}  // namespace laminar
