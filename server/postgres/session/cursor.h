#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "runtime/database/database.h"
#include "runtime/session/session.h"
#include "server/postgres/session/interruptible.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

/// Rows that wait to be fetched, in their order. Of one thread.
class WaitingRows {
public:
    void add(ResultTable rows);
    void add_all(WaitingRows&& rows);
    /// Hands over up to count of them, in pieces: so many rows of a table from the first on.
    void take(std::uint64_t count, const std::function<void(const ResultTable&, std::size_t, std::size_t)>& consume);
    /// Of the first row; there must be one.
    [[nodiscard]] const std::vector<OutputColumn>& columns() const { return tables_.front().columns; }
    [[nodiscard]] bool empty() const noexcept { return tables_.empty(); }
    [[nodiscard]] std::size_t byte_size() const noexcept { return bytes_; }

private:
    std::deque<ResultTable> tables_;
    std::size_t first_ = 0;  ///< Of the first table, what has not been taken.
    std::size_t bytes_ = 0;
};

/// A subscription that is fetched from. It has a session of its own, since others of the client's statements come
/// between two FETCH. What waits to be fetched is bounded; beyond it, rows are left out and counted, as for every
/// subscriber that is too slow. Of the client session's thread, but for interrupt.
class StreamCursor final : public SessionOutput, public Interruptible {
public:
    /// only_asks: as Session::let_only_ask.
    StreamCursor(Database& database, std::size_t queue_bytes, bool only_asks);
    ~StreamCursor() override;
    StreamCursor(const StreamCursor&) = delete;
    StreamCursor& operator=(const StreamCursor&) = delete;

    /// False after reporting errors.
    bool subscribe(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics);
    /// Waits for a row, and adds all there are. False: it was interrupted first, or there will be none (failure).
    bool wait_for(WaitingRows& rows);
    /// Why no more rows come; empty while they do.
    [[nodiscard]] std::string failure() const;
    void interrupt() noexcept override;
    void forget_interrupt() noexcept override;
    [[nodiscard]] std::uint64_t rows_left_out() const { return session_->rows_left_out(); }

    void begin_result(const std::vector<OutputColumn>& /*columns*/) override {}
    void rows(const ResultTable& /*rows*/) override {}
    void end_result() override {}
    void stream_rows(std::string_view stream, const ResultTable& rows) override;
    void stream_failed(std::string_view stream, std::string_view reason) override;
    void done(std::string_view /*tag*/) override {}

private:
    /// What is taken from the session's queue ahead of FETCH.
    static constexpr std::size_t most_ahead = 64 << 10;

    mutable Mutex mutex_;
    ConditionVariable changed_;
    std::string failure_ LAMINAR_GUARDED_BY(mutex_);
    WaitingRows rows_ LAMINAR_GUARDED_BY(mutex_);
    bool is_closed_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool is_interrupted_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::unique_ptr<Session> session_;  ///< Last: its thread calls stream_rows.
};

/// What DECLARE makes.
struct Cursor {
    bool holds = false;
    TypeUse use = TypeUse::rows;
    std::vector<OutputColumn> columns;
    WaitingRows rows;
    std::unique_ptr<StreamCursor> stream;  ///< Of SUBSCRIBE.
    std::uint64_t told_left_out = 0;
    std::uint64_t born = 0;  ///< Its number among what the client has made.
};

}  // namespace laminar::postgres
