#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "catalog/threads/mutex.h"
#include "server/http/messages/answer.h"
#include "server/session/output_channel.h"

namespace laminar::http {

/// An answer as a session's thread writes it, while a strand sends it. Thread-safe; each function says whose it is.
class StreamedAnswer {
public:
    /// As OutputChannel has them.
    StreamedAnswer(const boost::asio::any_io_executor& strand, std::chrono::milliseconds patience,
                   std::function<void()> give_up)
        : channel_(strand, patience, std::move(give_up)) {}

    // The session: its threads come one at a time.
    /// Once, and before anything is written.
    void begin(Head head) {
        const MutexLock lock(mutex_);
        head_ = std::move(head);
    }
    [[nodiscard]] bool has_begun() const {
        const MutexLock lock(mutex_);
        return head_.has_value();
    }
    /// Waits for room. False: the client will never get it.
    bool write(std::string_view bytes) { return channel_.write(bytes); }
    /// All of it at once.
    void give(const Answer& answer) {
        {
            const MutexLock lock(mutex_);
            head_ = answer.head;
            size_ = answer.body.size();
        }
        (void)write(answer.body);
    }
    /// What has been written is not all there should have been: the client must not take it for that.
    void break_off() {
        const MutexLock lock(mutex_);
        is_broken_ = true;
    }
    /// The last call.
    void finish() { channel_.finish(); }

    // The strand.
    [[nodiscard]] OutputChannel& channel() noexcept { return channel_; }
    /// There is one as soon as there is output, and at the end.
    [[nodiscard]] std::optional<Head> head() const {
        const MutexLock lock(mutex_);
        return head_;
    }
    /// Of the body, if it is given at once.
    [[nodiscard]] std::optional<std::size_t> size() const {
        const MutexLock lock(mutex_);
        return size_;
    }
    [[nodiscard]] bool is_broken() const {
        const MutexLock lock(mutex_);
        return is_broken_;
    }

private:
    OutputChannel channel_;
    mutable Mutex mutex_;
    std::optional<Head> head_ LAMINAR_GUARDED_BY(mutex_);
    std::optional<std::size_t> size_ LAMINAR_GUARDED_BY(mutex_);
    bool is_broken_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar::http
