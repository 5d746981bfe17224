#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "connectors/rows/row_facts.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// The ids of the messages that a consumer of a connection has taken in, the latest of them, kept with what they did in
/// a data directory: a peer that has not heard of an acknowledgement delivers a message again, and it is then left out.
/// Ids are those that messages bring, not those that are made up for others. Engine thread only.
class MessageWindow {
public:
    /// A peer delivers again what is not acknowledged, which is never more than a connection holds at a time.
    static constexpr std::size_t latest = 100'000;

    /// owner and part: whose ids they are. Takes up those that are there. Throws EngineException.
    MessageWindow(Engine& engine, std::string owner, std::string part);
    ~MessageWindow();
    MessageWindow(const MessageWindow&) = delete;
    MessageWindow& operator=(const MessageWindow&) = delete;

    /// Of rows at hand: those of messages that have been taken in, or that came before among these. The others are
    /// taken in with the next commit.
    [[nodiscard]] std::vector<std::size_t> known_rows(const RowFacts& facts);
    /// Of the rows at hand those of these messages have failed: their peer is told nothing, and delivers them again.
    void forget(const std::set<std::string>& ids);
    /// Within a transaction of the caller; after a rollback again. Throws EngineException.
    void write();
    void on_commit();

private:
    Engine& engine_;
    std::string owner_;
    std::string part_;
    std::unique_ptr<BatchSlot> slot_;  ///< Outlives the statement that reads it.
    std::unique_ptr<PreparedQuery> insert_;
    std::deque<std::string> ids_;                 ///< The oldest first. Strings of a deque stay where they are.
    std::unordered_set<std::string_view> known_;  ///< They refer to ids_.
    std::int64_t last_place_ = 0;                 ///< Of the last of ids_.
    std::vector<std::string> new_ids_;            ///< Of the rows at hand.
};

}  // namespace laminar
