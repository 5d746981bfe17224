#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "catalog/threads/mutex.h"
#include "server/postgres/session/client_session.h"

namespace laminar::postgres {

/// The clients that have logged in: how many there may be, and their keys for cancel requests. Thread-safe.
class ClientDirectory {
public:
    explicit ClientDirectory(std::size_t limit) : limit_(limit) {}

    /// A place with a new key; nothing: all are taken.
    [[nodiscard]] std::optional<CancelKey> enter();
    void enroll(const CancelKey& key, std::weak_ptr<ClientSession> session);
    void leave(const CancelKey& key);

    /// Does nothing when the key is wrong: who asks is not told.
    void cancel(const CancelKey& key);

private:
    struct Place {
        std::int32_t secret = 0;
        std::weak_ptr<ClientSession> session;
    };

    const std::size_t limit_;
    Mutex mutex_;
    std::map<std::int32_t, Place> places_ LAMINAR_GUARDED_BY(mutex_);  ///< By process.
    std::int32_t last_process_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar::postgres
