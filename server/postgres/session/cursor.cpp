#include "server/postgres/session/cursor.h"

#include <algorithm>
#include <utility>

namespace laminar::postgres {

void WaitingRows::add(ResultTable rows) {
    if (rows.rows == 0) return;
    bytes_ += rows.byte_size();
    tables_.push_back(std::move(rows));
}

void WaitingRows::add_all(WaitingRows&& rows) {
    for (ResultTable& table : rows.tables_) add(std::move(table));
    rows = {};
}

void WaitingRows::take(std::uint64_t count,
                       const std::function<void(const ResultTable&, std::size_t, std::size_t)>& consume) {
    while (count > 0 && !tables_.empty()) {
        const ResultTable& table = tables_.front();
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(count, table.rows - first_));
        consume(table, first_, taken);
        count -= taken;
        first_ += taken;
        if (first_ < table.rows) return;
        bytes_ -= table.byte_size();
        first_ = 0;
        tables_.pop_front();
    }
}

StreamCursor::StreamCursor(Database& database, std::size_t queue_bytes, bool only_asks)
    : session_(std::make_unique<Session>(
          database, *this,
          Session::Settings{
              .slow_reader = SlowReader::loses_rows, .queue_bytes = queue_bytes, .prints_pipelines = false})) {
    session_->let_only_ask(only_asks);
}

StreamCursor::~StreamCursor() {
    {
        const MutexLock lock(mutex_);
        is_closed_ = true;
    }
    changed_.notify_all();
    session_.reset();
}

bool StreamCursor::subscribe(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics) {
    if (!session_->execute(source, statement, diagnostics)) return false;
    session_->open_connections();
    return true;
}

void StreamCursor::stream_rows(std::string_view /*stream*/, const ResultTable& rows) {
    MutexLock lock(mutex_);
    changed_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return is_closed_ || rows_.byte_size() < most_ahead; });
    if (is_closed_) return;
    rows_.add(rows);
    changed_.notify_all();
}

bool StreamCursor::wait_for(WaitingRows& rows) {
    WaitingRows taken;
    {
        MutexLock lock(mutex_);
        changed_.wait(
            lock, [this]() LAMINAR_REQUIRES(mutex_) { return is_interrupted_ || !rows_.empty() || !failure_.empty(); });
        if (is_interrupted_ || rows_.empty()) return false;
        taken = std::exchange(rows_, {});
    }
    changed_.notify_all();
    rows.add_all(std::move(taken));
    return true;
}

void StreamCursor::stream_failed(std::string_view /*stream*/, std::string_view reason) {
    {
        const MutexLock lock(mutex_);
        failure_ = reason;
    }
    changed_.notify_all();
}

std::string StreamCursor::failure() const {
    const MutexLock lock(mutex_);
    return failure_;
}

void StreamCursor::interrupt() noexcept {
    {
        const MutexLock lock(mutex_);
        is_interrupted_ = true;
    }
    changed_.notify_all();
}

void StreamCursor::forget_interrupt() noexcept {
    const MutexLock lock(mutex_);
    is_interrupted_ = false;
}

}  // namespace laminar::postgres
