#pragma once

#include <cstdint>

#include "catalog/threads/mutex.h"
#include "runtime/session/session.h"

namespace laminar {

/// A piece of work for a session, which shows its rows to it meanwhile. It is done once, on a session's thread; the
/// rows of its streams come on the thread that the session has for them; cancel is for any thread.
class SessionTask : public SessionOutput {
public:
    enum class CancelReason : std::uint8_t { none, client_gone, timeout, shut_down };

    /// Does it, on a thread that may block.
    void perform(Session& session) noexcept {
        {
            const MutexLock lock(mutex_);
            session_ = &session;
        }
        run(session);
        const MutexLock lock(mutex_);
        session_ = nullptr;
    }
    /// Nothing came of it: there is no session. On the thread that perform would have been called on.
    virtual void fail(const std::string& reason) noexcept = 0;

    /// Makes the statement that runs now end. The first reason counts. Where it comes between two statements it meets
    /// none: it is to be repeated until the task has said that it is done.
    void cancel(CancelReason reason) noexcept {
        const MutexLock lock(mutex_);
        if (cancelled_ == CancelReason::none) cancelled_ = reason;
        if (session_) session_->cancel();
        changed_.notify_all();
    }

protected:
    virtual void run(Session& session) noexcept = 0;

    [[nodiscard]] CancelReason cancelled() const {
        const MutexLock lock(mutex_);
        return cancelled_;
    }
    /// Or until there is nothing left to wait for.
    void wait_until_cancelled() {
        MutexLock lock(mutex_);
        changed_.wait(lock,
                      [this]() LAMINAR_REQUIRES(mutex_) { return cancelled_ != CancelReason::none || is_wait_over_; });
    }
    /// There is nothing left to wait for. Any thread.
    void end_waiting() noexcept {
        const MutexLock lock(mutex_);
        is_wait_over_ = true;
        changed_.notify_all();
    }

private:
    mutable Mutex mutex_;
    ConditionVariable changed_;
    Session* session_ LAMINAR_GUARDED_BY(mutex_) = nullptr;
    CancelReason cancelled_ LAMINAR_GUARDED_BY(mutex_) = CancelReason::none;
    bool is_wait_over_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
