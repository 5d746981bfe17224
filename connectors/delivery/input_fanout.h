#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/codec/message_ids.h"
#include "connectors/connection.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/error_stream.h"
#include "connectors/delivery/event_stream.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/message_acknowledgement.h"
#include "connectors/delivery/message_sorter.h"
#include "connectors/delivery_options.h"
#include "connectors/net/strand_event.h"
#include "connectors/rows/message.h"

namespace laminar {

/// Hands the messages of one connection to all its input channels, and its errors to those of the errors stream.
/// Thread-safe: sessions on several strands deliver at the same time (each of them may overrun a full channel by one
/// message). Borrows the journal and the options.
class InputFanout {
    using Channels = std::vector<std::shared_ptr<InputChannel>>;

    /// Those that messages are offered to.
    struct Readers {
        Channels channels;                            ///< The oldest first.
        MessageSorter::Schemas schemas;               ///< Of each, when it was added.
        std::shared_ptr<const MessageSorter> sorter;  ///< Null where each takes every message.
    };

public:
    /// The channels as a producer last saw them, so that looking costs nothing while they stay the same. One for each
    /// strand or thread that delivers.
    class View {
        friend class InputFanout;
        std::uint64_t version_ = 0;
        std::shared_ptr<const Readers> readers_;
        std::vector<InputChannel::Hold> holds_;  ///< Of all channels, during a Turn that has been begun.
        MessageSorter::Answer answer_;           ///< Of the sorter, to the message at hand.
    };

    /// As long as it lives, messages delivered with the view are offered under one lock instead of one each. Whoever
    /// has it must not be suspended. Where messages may be dropped or are acknowledged it changes nothing.
    class Turn {
    public:
        Turn(const InputFanout& inputs, View& view) : inputs_(inputs), view_(view) {}
        ~Turn() {
            InputChannel::release_all(view_.holds_);
            view_.holds_.clear();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        /// Before each message: whether it can be delivered now (see must_wait).
        [[nodiscard]] bool go_on() {
            if (view_.holds_.empty() || view_.version_ != inputs_.version_.load(std::memory_order_acquire) ||
                inputs_.paused_.load(std::memory_order_relaxed))
                return begin();
            delivered_ += view_.holds_.size();
            bool gives_way = false;
            for (InputChannel::Hold& hold : view_.holds_) {
                if (hold.is_full()) return false;
                hold.serve_consumer();
                gives_way = gives_way || hold.should_give_way() || (delivered_ >= share && hold.is_wanted());
            }
            if (gives_way) give_way();
            return true;
        }

    private:
        /// Messages times channels, after which another connection's turn has come.
        static constexpr std::size_t share = 256;

        bool begin();
        void give_way();

        const InputFanout& inputs_;
        View& view_;
        std::shared_ptr<const Readers> held_;  ///< Those that the view's holds are of, kept alive.
        std::size_t delivered_ = 0;            ///< Since it took the channels.
    };

    InputFanout(ConnectionJournal& journal, const DeliveryOptions& options);
    ~InputFanout();
    InputFanout(const InputFanout&) = delete;
    InputFanout& operator=(const InputFanout&) = delete;

    void add(TableStream stream, std::shared_ptr<InputChannel> channel);
    void remove(const std::shared_ptr<InputChannel>& channel);

    /// Whether the reader must wait before the next message: paused, a channel is full and overflow = 'block', too
    /// much is unacknowledged, or errors are read but messages are not.
    [[nodiscard]] bool must_wait(View& view) const;
    /// Posts event as soon as must_wait may have become false; at once if it is.
    void wake_when_ready(const StrandEvent& event);
    void set_paused(bool paused);
    /// What is sent for an acknowledged message from now on: ack_message with its secrets.
    void set_acknowledgement(const std::optional<ComputedText>& text);
    /// See Connection.
    void set_passes_over(bool passes_over);

    /// Offers the message to every channel; what cannot be decoded is counted, kept and reported. Returns why the
    /// connection must fail because of it, if it must (on_error, max_errors_per_minute).
    std::optional<std::string> deliver(const Message& message, View& view);
    /// The same for a message that cannot even be offered to them.
    std::optional<std::string> refuse(const Message& message, MessageError error);
    /// No more input at hand: lets consumers look.
    void flush();
    /// No more input ever.
    void finish();

    /// An error of the connection itself, for the errors stream. Returns why the connection must fail, if it must.
    std::optional<std::string> report_connection_error(const std::string& description, const MessageOrigin& origin);

    /// Something has happened to the connection.
    void report_event(const ConnectionEvent& event) { events_.record(event); }

    /// A message for a session that has ended, or for a client that has gone.
    void report_undeliverable(std::string_view payload, std::string reason);

    /// The end of an engine cycle: reports what failed, sends acknowledgements, delivers again what is overdue. Returns
    /// why the connection must fail, if it must. Engine thread.
    std::optional<std::string> end_cycle(const ProcessingReport& report, const MessageAcknowledgement::Send& send);
    [[nodiscard]] std::size_t acknowledgements_due() const { return acknowledgement_ ? acknowledgement_->due() : 0; }

    /// The messages that were delivered before it was made.
    class Checkpoint {
        friend class InputFanout;
        struct Goal {
            std::shared_ptr<InputChannel> channel;
            std::uint64_t messages = 0;
        };
        std::vector<Goal> goals_;
        std::uint64_t cycle_ = 0;
    };
    [[nodiscard]] Checkpoint checkpoint() const;
    /// Whether the engine has done with them: what it had to answer has been sent, or waits for room.
    [[nodiscard]] bool has_passed(const Checkpoint& checkpoint) const;
    /// It passes only after a whole engine cycle more, in which what waited for room could be sent.
    void await_cycle(Checkpoint& checkpoint) const;
    /// Posts event when the next engine cycle ends.
    void wake_after_cycle(const StrandEvent& event);

    /// Leaves to a successor what is owed to readers and peers; its channels stay. No end_cycle may be under way.
    [[nodiscard]] std::shared_ptr<InputsHandover> surrender();
    void adopt(InputsHandover&& handover);

    [[nodiscard]] std::size_t pending_messages() const;
    [[nodiscard]] std::size_t in_flight() const { return acknowledgement_ ? acknowledgement_->in_flight() : 0; }

private:
    struct Waiters;

    [[nodiscard]] std::shared_ptr<const Readers> readers() const;
    const Readers& look(View& view) const;
    void change(const std::function<void(Readers&)>& change);
    [[nodiscard]] bool takes_turns() const noexcept {
        return options_.overflow == OverflowPolicy::block && !acknowledgement_;
    }
    void offer_in_turn(const Message& message, View& view, std::optional<MessageError>& error);
    [[gnu::cold]] void offer_sorted(const Message& message, View& view, std::optional<MessageError>& error);
    MessageAcknowledgement::Reception offer(const Message& message, const Readers& readers,
                                            MessageSorter::Answer& answer, std::optional<MessageError>& error);
    [[nodiscard]] bool has_room(InputChannel& channel);
    void note_unmatched() { journal_.messages_unmatched.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] bool lacks_reader(const Channels& channels) const;
    std::optional<std::string> record_failures(const ProcessingReport& report);
    std::optional<std::string> send_acknowledgements(const ProcessingReport& report,
                                                     const MessageAcknowledgement::Send& send);
    std::optional<std::string> redeliver_overdue();

    ConnectionJournal& journal_;
    const DeliveryOptions& options_;
    ErrorStream errors_;
    EventStream events_;
    const std::unique_ptr<MessageAcknowledgement> acknowledgement_;  ///< Null when none is asked for.
    MessageIds message_ids_;  ///< Of messages that nobody takes; used while they are tracked, one at a time.
    const std::shared_ptr<Waiters> waiters_;
    std::atomic<bool> paused_{false};
    std::atomic<bool> passes_over_{false};
    std::atomic<std::uint64_t> cycles_{0};  ///< Of the engine, that have ended.

    mutable Mutex mutex_;
    std::shared_ptr<const Readers> readers_ LAMINAR_GUARDED_BY(mutex_);  ///< Of the stream messages.
    std::atomic<std::uint64_t> version_{1};                              ///< Of readers_; changed with it.
};

}  // namespace laminar
