#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/storage/engine_change.h"
#include "runtime/storage/kept/state_store.h"

namespace laminar {

/// How long the files of sinks are, in the commit that forgets the rows in them (Outbox): what a file has beyond that
/// is cut off by the next start, and comes again. All sinks of a commit go by the same look at the files, so that rows
/// of two sinks in one file are cut off, or not, together. Engine thread only.
class WrittenLengths final : public EngineChange {
public:
    using ByConnection = std::map<std::string, std::uint64_t, std::less<>>;  ///< By folded name.

    /// written: says of those connections that write files how long these are. Store outlives it.
    WrittenLengths(std::function<ByConnection()> written, StateStore& store)
        : written_(std::move(written)), store_(store) {}

    /// As of the change that is being made; nothing: the connection writes no file that can be cut back.
    [[nodiscard]] std::optional<std::uint64_t> of(std::string_view connection) const;
    /// As of the last commit.
    [[nodiscard]] std::optional<std::uint64_t> recorded(std::string_view connection) const;
    /// In a change of the caller's: it writes another file from now on.
    void forget(std::string_view connection) { store_.remove(owner_of(connection)); }

    void look() override;
    [[nodiscard]] bool has_changes() const override;
    [[nodiscard]] bool changes_engine() const override { return true; }
    void apply() override;
    void on_commit() override {}
    void leave_out(const std::string& reason) override;
    void forget_if_failed() override {}

private:
    [[nodiscard]] static std::string owner_of(std::string_view connection);

    const std::function<ByConnection()> written_;
    StateStore& store_;
    ByConnection lengths_;
    bool is_broken_ = false;
};

}  // namespace laminar
