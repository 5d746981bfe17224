#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "connectors/connection.h"
#include "connectors/delivery/connection_journal.h"

namespace laminar {

/// Keeps account of the intervals in which a client that was connected is not, and reports each of them as it goes on
/// (ConnectionGap). Belongs to the connection's strand; borrows the journal.
class GapTracker {
public:
    explicit GapTracker(ConnectionJournal& journal) : journal_(journal) {}

    /// An established connection is gone.
    void lost(const std::string& reason, const std::string& position, std::uint64_t maybe_lost);
    /// An attempt to connect again was in vain.
    void failed();
    /// Connected, for the first time or again; resumed: the peer was told the position.
    void connected(bool resumed);
    /// Whether the first position after a gap is still to come.
    [[nodiscard]] bool awaits_position() const noexcept { return awaits_position_; }
    void position_seen(std::string position);

    /// The gap that is open now.
    [[nodiscard]] std::optional<ConnectionGap> open() const;
    /// One that began with another connection in this one's place.
    void adopt(ConnectionGap gap);

private:
    ConnectionJournal& journal_;
    std::optional<ConnectionGap> gap_;  ///< The last one, open or not.
    bool awaits_position_ = false;
};

}  // namespace laminar
