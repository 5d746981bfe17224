#include <fmt/format.h>

#include "server/postgres/session/client_session.h"

namespace laminar::postgres {

namespace {

/// A cancellation may come when nothing of the statement can hear of it, as between two steps of it: it is repeated as
/// long as the statement runs.
constexpr std::chrono::milliseconds cancel_again{50};

}  // namespace

void ClientSession::begin_statement() {
    if (running_depth_++ > 0) return;
    std::uint64_t number = 0;
    {
        const MutexLock lock(mutex_);
        cancelled_ = CancelReason::none;
        is_running_ = true;
        number = ++statement_;
    }
    if (parameters_.statement_timeout().count() > 0) set_deadline_(parameters_.statement_timeout(), number);
}

void ClientSession::end_statement() {
    if (--running_depth_ > 0) return;
    bool was_cancelled = false;
    {
        const MutexLock lock(mutex_);
        is_running_ = false;
        was_cancelled = cancelled_ != CancelReason::none;
    }
    if (was_cancelled || parameters_.statement_timeout().count() > 0) set_deadline_(std::chrono::milliseconds(0), 0);
}

bool ClientSession::is_cancelled() {
    const MutexLock lock(mutex_);
    return cancelled_ != CancelReason::none;
}

bool ClientSession::wait_interruptibly(Interruptible& what, const std::function<bool()>& wait) {
    {
        const MutexLock lock(mutex_);
        if (cancelled_ != CancelReason::none) return false;
        waits_for_ = &what;
    }
    const bool came = wait();
    {
        const MutexLock lock(mutex_);
        waits_for_ = nullptr;
    }
    what.forget_interrupt();
    return came;
}

ErrorMessage ClientSession::cancelled_error() {
    CancelReason reason = CancelReason::none;
    {
        const MutexLock lock(mutex_);
        reason = cancelled_;
    }
    if (reason == CancelReason::timeout)
        return {.state = "57014",
                .message = fmt::format("the statement was cancelled: it has taken {} ms (statement_timeout)",
                                       parameters_.statement_timeout().count())};
    if (reason == CancelReason::request) return {.state = "57014", .message = "the statement was cancelled by request"};
    return {};
}

void ClientSession::cancel(CancelReason reason) noexcept {
    if (!is_running_) return;
    if (cancelled_ == CancelReason::none) cancelled_ = reason;
    if (session_) session_->cancel();
    if (catalog_reader_) catalog_reader_->interrupt();
    if (waits_for_) waits_for_->interrupt();
    changed_.notify_all();
    set_deadline_(cancel_again, statement_);
}

void ClientSession::cancel() noexcept {
    const MutexLock lock(mutex_);
    cancel(CancelReason::request);
}

void ClientSession::cancel_statement(std::uint64_t number) noexcept {
    const MutexLock lock(mutex_);
    if (statement_ == number) cancel(CancelReason::timeout);
}

}  // namespace laminar::postgres
