#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"

namespace laminar {

/// What a value made of a secret is for. A connection is opened with some at a time, and any peer can bring about any
/// number of answers.
enum class SecretUse : std::uint8_t { opening, messages };

/// The values that nobody may see, and their removal from texts that somebody will. Every text of the engine or of a
/// peer goes through redact where it leaves: log lines, diagnostics, states and system tables, the errors stream, the
/// reports of commands. Thread-safe.
class RememberedSecrets {
public:
    /// Shorter than 4 characters a value is not remembered: it occurs by chance everywhere.
    void remember(const std::string& value);
    /// What an expression has made of a secret, such as a signature: new with each use, so that only the latest are
    /// remembered, of each use by itself. What is longer than 4 KiB is not: whoever quotes it quotes a part.
    void remember_derived(const std::string& value, SecretUse use);
    /// Replaces every remembered value by ***: as it is, in base64, percent-encoded, as it stands in a JSON string,
    /// line by line, and what is left of one where an excerpt has been cut ("...").
    [[nodiscard]] std::string redact(std::string_view text) const;

private:
    struct Secret {
        std::string value;
        std::vector<std::string> forms;  ///< In which it may stand in a text, the longest first.
    };

    void collect_derived_forms() LAMINAR_REQUIRES(mutex_);

    mutable SharedMutex mutex_;
    std::deque<Secret> secrets_ LAMINAR_GUARDED_BY(mutex_);  ///< The oldest first.
    std::deque<Secret> opened_with_
        LAMINAR_GUARDED_BY(mutex_);                          ///< Derived; the one whose last use is longest ago first.
    std::deque<Secret> derived_ LAMINAR_GUARDED_BY(mutex_);  ///< The same, of messages.
    // Of all of them, the longest first: a value may contain another.
    std::vector<std::string> forms_ LAMINAR_GUARDED_BY(mutex_);
    std::vector<std::string> derived_forms_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
