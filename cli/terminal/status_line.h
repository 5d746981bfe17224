#pragma once

#include <string>
#include <string_view>

#include "catalog/threads/mutex.h"

namespace laminar {

/// The one line at the bottom of a terminal that tells how far things are. Whatever else writes to that terminal
/// (results, logs) erases it first; the next show brings it back. Does nothing unless enabled. Thread-safe.
class StatusLine {
public:
    /// Writes to standard error.
    explicit StatusLine(bool enabled) : enabled_(enabled) {}
    ~StatusLine() { erase(); }
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    void show(std::string_view text);
    void erase();
    [[nodiscard]] bool is_enabled() const noexcept { return enabled_; }

private:
    const bool enabled_;
    Mutex mutex_;
    bool shown_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
