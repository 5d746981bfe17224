#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "catalog/threads/thread_annotations.h"

namespace laminar {

/// std::mutex, of which Clang knows what it guards.
class LAMINAR_LOCKABLE Mutex {
public:
    Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    void lock() LAMINAR_ACQUIRES() { mutex_.lock(); }
    void unlock() LAMINAR_RELEASES() { mutex_.unlock(); }
    [[nodiscard]] bool try_lock() LAMINAR_TRIES_TO_ACQUIRE(true) { return mutex_.try_lock(); }
    /// For the analysis alone, where it cannot see that the caller holds it.
    void assume_held() const LAMINAR_ASSUMES_HELD(this) {}

private:
    friend class MutexLock;
    std::mutex mutex_;
};

/// Holds a Mutex from its beginning to its end, but for what is between unlock and lock.
class LAMINAR_SCOPED_LOCK MutexLock {
public:
    explicit MutexLock(Mutex& mutex) LAMINAR_ACQUIRES(mutex) : lock_(mutex.mutex_) {}
    MutexLock(Mutex& mutex, std::adopt_lock_t held) LAMINAR_REQUIRES(mutex) : lock_(mutex.mutex_, held) {}
    ~MutexLock() LAMINAR_RELEASES() {}  // NOLINT(modernize-use-equals-default): a default one cannot be annotated.
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

    void lock() LAMINAR_ACQUIRES() { lock_.lock(); }
    void unlock() LAMINAR_RELEASES() { lock_.unlock(); }

private:
    friend class ConditionVariable;
    std::unique_lock<std::mutex> lock_;
};

/// std::condition_variable over MutexLock. The condition reads what the lock guards: [this]() LAMINAR_REQUIRES(mutex_)
/// { return ...; }. The analysis does not know that the lock which the caller holds is that one: it does not follow
/// these functions.
class ConditionVariable {
public:
    template <class Condition>
    void wait(MutexLock& lock, Condition condition) LAMINAR_NOT_ANALYSED {
        changed_.wait(lock.lock_, std::move(condition));
    }
    /// Whether the condition holds; false when it does not after so long.
    template <class Duration, class Condition>
    bool wait_for(MutexLock& lock, const Duration& duration, Condition condition) LAMINAR_NOT_ANALYSED {
        return changed_.wait_for(lock.lock_, duration, std::move(condition));
    }
    template <class Time, class Condition>
    bool wait_until(MutexLock& lock, const Time& time, Condition condition) LAMINAR_NOT_ANALYSED {
        return changed_.wait_until(lock.lock_, time, std::move(condition));
    }
    /// Until notified or the time has come; also for no reason.
    template <class Time>
    std::cv_status wait_until(MutexLock& lock, const Time& time) {
        return changed_.wait_until(lock.lock_, time);
    }
    void notify_one() noexcept { changed_.notify_one(); }
    void notify_all() noexcept { changed_.notify_all(); }

private:
    std::condition_variable changed_;
};

/// std::shared_mutex: many may read, one may write.
class LAMINAR_LOCKABLE SharedMutex {
public:
    SharedMutex() = default;
    SharedMutex(const SharedMutex&) = delete;
    SharedMutex& operator=(const SharedMutex&) = delete;

    void lock() LAMINAR_ACQUIRES() { mutex_.lock(); }
    void unlock() LAMINAR_RELEASES() { mutex_.unlock(); }
    void lock_shared() LAMINAR_ACQUIRES_SHARED() { mutex_.lock_shared(); }
    void unlock_shared() LAMINAR_THREAD_ANNOTATION(release_shared_capability()) { mutex_.unlock_shared(); }

private:
    std::shared_mutex mutex_;
};

class LAMINAR_SCOPED_LOCK ReaderLock {
public:
    explicit ReaderLock(SharedMutex& mutex) LAMINAR_ACQUIRES_SHARED(mutex) : mutex_(mutex) { mutex_.lock_shared(); }
    ~ReaderLock() LAMINAR_RELEASES() { mutex_.unlock_shared(); }
    ReaderLock(const ReaderLock&) = delete;
    ReaderLock& operator=(const ReaderLock&) = delete;

private:
    SharedMutex& mutex_;
};

class LAMINAR_SCOPED_LOCK WriterLock {
public:
    explicit WriterLock(SharedMutex& mutex) LAMINAR_ACQUIRES(mutex) : mutex_(mutex) { mutex_.lock(); }
    ~WriterLock() LAMINAR_RELEASES() { mutex_.unlock(); }
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;

private:
    SharedMutex& mutex_;
};

}  // namespace laminar
