#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"

namespace laminar {

/// Where in a feed a client is (resume_field), and how that is said when connecting again (${resume} in endpoint and
/// subscribe_message). Thread-safe.
class FeedPosition {
public:
    /// path: JSON path of the position in a message; empty keeps none.
    explicit FeedPosition(std::string_view path);

    /// Neither while a message is noted. What is kept stays.
    void set_path(std::string_view path);

    [[nodiscard]] bool is_kept() const noexcept { return !steps_.empty(); }
    /// Takes the position from a message that has been handed on. Of an array of objects, or objects on lines, the
    /// last one counts; a message without the field, or where it is null, changes nothing. True when it had one.
    bool note(std::string_view message);
    /// The value as JSON text; empty before the first.
    [[nodiscard]] std::string current() const;
    void set(std::string position);

    /// A URL with ${resume} replaced: percent-encoded, and nothing before the first.
    [[nodiscard]] std::string fill_url(std::string_view text) const;

private:
    std::vector<std::string> steps_;
    mutable Mutex mutex_;
    std::string position_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
