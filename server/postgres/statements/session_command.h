#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar::postgres {

/// A statement that PostgreSQL's clients send and Laminar's language does not have: about transactions, and about the
/// session itself.
struct SessionCommand {
    enum class Kind : std::uint8_t {
        begin,
        commit,
        rollback,
        savepoint,
        rollback_to,
        release,
        set,              ///< name = values; no values: DEFAULT.
        set_transaction,  ///< Its modes, which change nothing here.
        reset,            ///< name, or all.
        show,             ///< name, or all.
        discard,
        deallocate,  ///< name, or all.
        close,       ///< name, or all.
        unlisten,
    };

    Kind kind = Kind::begin;
    std::string tag;   ///< Of CommandComplete.
    std::string name;  ///< In lower case, unless it was quoted; empty: all.
    std::vector<std::string> values = {};
    bool chains = false;  ///< AND CHAIN: the next transaction begins at once.
};

/// Nothing: a statement for Laminar. SET and SHOW are its own unless they name a parameter of PostgreSQL's (or are
/// SHOW ALL).
[[nodiscard]] std::optional<SessionCommand> parse_session_command(std::string_view statement);

}  // namespace laminar::postgres
