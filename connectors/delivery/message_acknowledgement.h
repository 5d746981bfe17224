#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/options/computed_text.h"
#include "catalog/threads/mutex.h"
#include "connectors/connection.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/inputs_handover.h"
#include "connectors/delivery/log_limit.h"
#include "connectors/delivery_options.h"
#include "connectors/rows/message.h"

namespace laminar {

/// Which messages of a connection are still to be acknowledged, and the acknowledgements on their way to its peers. Two
/// ways: auto_ack = true with ack_message acknowledges what the engine has processed; auto_ack = false waits for
/// ACKNOWLEDGE_MESSAGE. Bounded by buffer_size and buffer_bytes: when full, nothing more may be delivered.
/// Thread-safe. Borrows the options and the journal.
class MessageAcknowledgement {
public:
    /// What became of an offer to all channels.
    struct Reception {
        std::vector<std::string> ids;                ///< Of the rows, each once.
        std::vector<const InputChannel*> receivers;  ///< Those that accepted it.
        bool is_unmatched = false;                   ///< It is for none of the readers: there is nothing to wait for.
    };
    using Send = std::function<SendOutcome(OutgoingMessage)>;

    MessageAcknowledgement(const DeliveryOptions& options, ConnectionJournal& journal)
        : options_(options), journal_(journal), text_(options.ack_message) {}
    /// Null when the options ask for no acknowledgement.
    [[nodiscard]] static std::unique_ptr<MessageAcknowledgement> make(const DeliveryOptions& options,
                                                                      ConnectionJournal& journal);

    /// ack_message with its secrets resolved.
    void set_text(std::optional<ComputedText> text);

    [[nodiscard]] bool is_full() const;
    /// Delivers a message by calling offer, and remembers it. fallback_ids: its ids if nobody receives it now.
    void track(const Message& message, const std::function<Reception(const Message&)>& offer,
               std::vector<std::string> fallback_ids = {});
    /// Collects what has become due for sending.
    void end_cycle(const ProcessingReport& report, const std::vector<std::shared_ptr<InputChannel>>& channels);
    void forget(const InputChannel* channel);
    /// A message whose time has run out and that is to be delivered again or, after max_deliveries, given up.
    /// room: whether it could be delivered now.
    std::optional<HeldMessage> take_overdue(bool room);

    /// Leaves everything to a successor.
    [[nodiscard]] UnacknowledgedMessages surrender();
    void adopt(UnacknowledgedMessages messages);

    /// Sends what is due, as far as there is room. From one thread at a time.
    void send_due(const Send& send);
    [[nodiscard]] std::size_t due() const;  ///< Not sent yet.
    [[nodiscard]] std::size_t in_flight() const;

private:
    /// Without a payload where the text is NULL. nullopt after reporting why there is none.
    [[nodiscard]] std::optional<OutgoingMessage> make_message(const AcknowledgementDue& due);
    /// That there is none for a message; as often as peers like.
    void report(const std::string& problem);
    [[nodiscard]] std::size_t held() const LAMINAR_REQUIRES(mutex_) {
        return messages_.in_flight.size() + messages_.commits.size() + messages_.due.size();
    }

    const DeliveryOptions& options_;
    ConnectionJournal& journal_;
    LogLimit log_limit_;
    mutable Mutex mutex_;
    UnacknowledgedMessages messages_ LAMINAR_GUARDED_BY(mutex_);
    std::optional<ComputedText> text_ LAMINAR_GUARDED_BY(mutex_);  ///< ack_message, as far as its secrets are known.
};

}  // namespace laminar
