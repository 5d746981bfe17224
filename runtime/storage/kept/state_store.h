#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/engine/engine.h"

namespace laminar {

/// What a pipeline or a stream table keeps beside its rows, by name: clocks, positions, counters.
using StateNumbers = std::map<std::string, std::int64_t, std::less<>>;

/// Those of them that belong to a part of it: their names begin with that of the part. Borrows the numbers.
class ScopedNumbers {
public:
    ScopedNumbers(StateNumbers& all, std::string part) : all_(all), part_(std::move(part)) {}

    void set(std::string_view name, std::int64_t value) { all_[part_ + std::string(name)] = value; }
    [[nodiscard]] std::optional<std::int64_t> find(std::string_view name) const {
        const auto found = all_.find(part_ + std::string(name));
        return found == all_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    StateNumbers& all_;
    std::string part_;
};

/// The state of a data directory, as far as it is no rows: numbers of owners, in one table of the engine, written in
/// the transaction that commits the cycle they are of. It also knows which tables of state and of retained rows are in
/// use, so that those that a killed process left behind can go. Engine thread only.
class StateStore {
public:
    /// Opens the table, or makes it. Throws EngineException.
    explicit StateStore(Engine& engine);
    ~StateStore();
    StateStore(const StateStore&) = delete;
    StateStore& operator=(const StateStore&) = delete;

    /// When the processes before this one committed last (UTC microseconds): what came since then is not in. Nothing:
    /// never.
    [[nodiscard]] std::optional<std::int64_t> last_commit_before() const noexcept { return last_commit_before_; }
    /// The process ends in good order: that it was there until now is committed, with what has been set.
    void note_end();

    /// As of the last commit; null: the owner has never kept anything.
    [[nodiscard]] const StateNumbers* find(std::string_view owner) const;

    // A change: set and remove, then write within a transaction of the caller, then on_commit, or forget_uncommitted.
    /// The owner's numbers take these values; others stay.
    void set(const std::string& owner, const StateNumbers& numbers);
    /// The owner has none any more.
    void remove(std::string_view owner);
    /// Throws EngineException.
    void write();
    void on_commit();
    void forget_uncommitted() noexcept {
        changes_.clear();
        is_written_ = false;
    }

    // An object that replaces another of its name keeps its state under a name of its own: which is a number, 0 for the
    // first. Written like the numbers of owners.
    [[nodiscard]] std::int64_t replacement_of(std::string_view object) const;
    void set_replacement(std::string_view object, std::int64_t number);
    /// The largest that there is.
    [[nodiscard]] std::int64_t last_replacement() const;

    /// A table (FROM text) is in use, and no longer.
    void claim(const std::string& table) { claimed_.insert(table); }
    void give_up(const std::string& table) { claimed_.erase(table); }
    /// Drops tables of state and of retained rows that nobody uses: what was being made or dropped when the process
    /// ended. is_awaited: by the name of a state, whether its pipeline has still to open it. Throws EngineException.
    void drop_unclaimed(const std::function<bool(const std::string& name)>& is_awaited);

    /// Connections are being closed: what they drop from now on has not been sent (Outbox).
    void end_sending() noexcept { has_ended_sending_ = true; }
    [[nodiscard]] bool has_ended_sending() const noexcept { return has_ended_sending_; }
    /// The process ends: whoever goes away from now on leaves its tables where they are.
    void close() noexcept { closed_ = true; }
    [[nodiscard]] bool is_closed() const noexcept { return closed_ || starts_; }

    /// A start makes again what there is; until it is done, tables stay though what has opened them fails and goes: an
    /// error of the disk may be over at the next start.
    void begin_start() noexcept { starts_ = true; }
    void end_start() noexcept { starts_ = false; }

private:
    using Key = std::pair<std::string, std::string>;  ///< Owner and name.
    struct Changed {
        ResultTable added;
        ResultTable changed;
        ResultTable removed;
    };
    void read();
    [[nodiscard]] Changed changed_rows();
    void execute_with(PreparedQuery& statement, const ResultTable& rows);

    Engine& engine_;
    std::map<std::string, StateNumbers, std::less<>> kept_;
    std::map<Key, std::int64_t> ids_;
    std::int64_t next_id_ = 1;
    std::optional<std::int64_t> last_commit_before_;
    std::map<Key, std::optional<std::int64_t>> changes_;  ///< Since the last commit; none: removed.
    bool is_written_ = false;                             ///< All of them.
    std::unique_ptr<BatchSlot> slot_;                     ///< Outlives the statements that read it.
    std::unique_ptr<PreparedQuery> insert_;
    std::unique_ptr<PreparedQuery> update_;
    std::unique_ptr<PreparedQuery> delete_;
    std::unique_ptr<PreparedQuery> delete_ids_;     ///< Of messages (MessageWindow).
    std::unique_ptr<PreparedQuery> delete_outbox_;  ///< Of a pipeline that is gone (Outbox).
    std::set<std::string> claimed_;
    bool has_ended_sending_ = false;
    bool closed_ = false;
    bool starts_ = false;
};

}  // namespace laminar
