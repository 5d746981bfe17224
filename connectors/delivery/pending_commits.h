#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "connectors/delivery/input_channel.h"

namespace laminar {

/// An acknowledgement that is to be sent.
struct AcknowledgementDue {
    std::string message_id;
    std::string peer;  ///< To whom: MessageOrigin::peer.
};

/// Messages that are to be acknowledged by themselves (auto_ack = true with ack_message) as soon as every channel that
/// got them has processed them. A message that failed, or that nobody processed, is not acknowledged. Not thread-safe.
class PendingCommits {
public:
    void add(std::uint64_t sequence, std::vector<std::string> ids, std::string peer,
             std::vector<const InputChannel*> receivers);
    /// What a channel has given back; failed are the ids of messages that could not be processed. Appends to due.
    void take_given_back(const InputChannel* channel, const InputChannel::GivenBack& given_back,
                         const std::unordered_set<std::string>& failed, std::vector<AcknowledgementDue>& due);
    /// A channel that will give nothing back any more.
    void forget(const InputChannel* channel, std::vector<AcknowledgementDue>& due);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::vector<std::string> ids;
        std::string peer;
        std::vector<const InputChannel*> waiting_for;
        bool processed = false;
        bool failed = false;
    };
    using Entries = std::map<std::uint64_t, Entry>;

    Entries::iterator finish_if_complete(Entries::iterator entry, std::vector<AcknowledgementDue>& due);

    Entries entries_;  ///< By sequence number.
};

}  // namespace laminar
