#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/delivery/input_channel.h"
#include "runtime/engine/engine.h"
#include "runtime/storage/engine_change.h"

namespace laminar {

/// Where a connection was in its feed, and which messages were on their way to its readers at that moment.
struct FeedMoment {
    std::string path;      ///< JSON path of the position (resume_field).
    std::string position;  ///< As JSON.
    /// Of each reader, how many messages it had been given. None: nobody reads.
    std::vector<std::pair<std::shared_ptr<InputChannel>, std::uint64_t>> given;
};

/// The positions of feeds (resume_field) in a data directory: that of the last message before which all readers of a
/// connection have taken in everything is in the commit that has what the messages did, or in a later one. A start
/// goes on from there: never after a message that is not in. Engine thread only.
class ResumePositions final : public EngineChange {
public:
    struct Kept {
        std::string path;
        std::string position;

        [[nodiscard]] bool operator==(const Kept&) const = default;
    };

    using Moments = std::map<std::string, FeedMoment, std::less<>>;  ///< By the folded name of the connection.

    /// present: says where feeds are now. The engine outlives it. Takes up what is there. Throws EngineException.
    ResumePositions(Engine& engine, std::function<Moments()> present);
    ~ResumePositions() override;
    ResumePositions(const ResumePositions&) = delete;
    ResumePositions& operator=(const ResumePositions&) = delete;

    /// As of the last commit; null: there is none.
    [[nodiscard]] const Kept* find(std::string_view connection) const;
    /// In a transaction of the caller: the connection is gone. Throws EngineException.
    void forget(std::string_view connection);

    void before_intake() override;
    void look() override;
    [[nodiscard]] bool has_changes() const override { return !is_broken_ && !changed_.empty(); }
    [[nodiscard]] bool changes_engine() const override { return true; }
    void apply() override;
    void on_commit() override;
    void leave_out(const std::string& reason) override;
    void forget_if_failed() override {}

private:
    using ByConnection = std::map<std::string, Kept, std::less<>>;  ///< By folded name.

    Engine& engine_;
    const std::function<Moments()> present_;
    std::unique_ptr<BatchSlot> slot_;  ///< Outlives the statements that read it.
    std::unique_ptr<PreparedQuery> insert_;
    std::unique_ptr<PreparedQuery> delete_;
    ByConnection kept_;
    ByConnection changed_;
    Moments moments_;  ///< Not taken in yet, as far as is known.
    bool is_broken_ = false;
};

}  // namespace laminar
