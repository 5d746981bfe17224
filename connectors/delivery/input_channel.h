#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/codec/format/message_decoder.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/message.h"

namespace laminar {

/// What a consumer wants of what has arrived.
enum class TakeIn : std::uint8_t {
    due,      ///< What has waited for as long as it may, or is worth a cycle.
    arrived,  ///< Whatever has arrived, but for what batch_size lets wait.
    everything
};

/// The bounded hand-over from one connection (producer, its strand) to the engine (consumer, the engine thread).
/// The producer decodes into an open batch under a short lock; the consumer takes all that has arrived as one batch
/// when it is due: a message after silence at once, one in a stream when it has waited for max_latency, any when half
/// of what the channel holds has come. So batches grow with load and a lone message is not delayed. Full means the
/// producer stops reading. Thread-safe; held by shared_ptr from both sides.
class InputChannel {
public:
    struct Limits {
        std::size_t messages = 1000;
        std::size_t bytes = 64u << 20;  ///< Of payload or of decoded rows, whichever is more; at most 1 GiB counts.
        /// Rows to wait for before a batch is handed over, and for how long, instead of max_latency; 0: not.
        std::size_t batch_rows = 0;
        std::chrono::milliseconds batch_timeout{0};
        /// For drop_oldest: what waits is kept in batches of about that fraction of the limits, each of which is taken
        /// or dropped as a whole. 1: one batch.
        std::size_t batches = 1;
    };
    using Clock = std::chrono::steady_clock;

    /// Sequence numbers of tracked messages whose batch has been given back.
    struct GivenBack {
        std::vector<std::uint64_t> processed;
        std::vector<std::uint64_t> abandoned;  ///< Thrown away unprocessed.
    };

    /// Called from the producer's thread, with no lock held; they must not block.
    struct Requests {
        /// There is something to take at that time, or earlier.
        std::function<void(Clock::time_point due)> cycle;
        /// There is half of what the channel holds, or the producer stands still until it is taken, or has ended.
        std::function<void()> cycle_now;
    };

    InputChannel(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder, Limits limits,
                 Requests requests = {});
    ~InputChannel();
    InputChannel(const InputChannel&) = delete;
    InputChannel& operator=(const InputChannel&) = delete;

    /// Of the rows that come next.
    [[nodiscard]] std::shared_ptr<const BatchSchema> schema() const;

    // Producer side.
    /// The channel in the hands of one producer, for one message or for many. Whoever holds several channels must
    /// have taken them in the order that all do; while it holds one it may call nothing else of it but is_full, and it
    /// must not be suspended.
    class Hold {
    public:
        explicit Hold(InputChannel& channel) : channel_(&channel) { take(); }
        Hold(Hold&& other) noexcept
            : channel_(other.channel_),
              is_held_(std::exchange(other.is_held_, false)),
              is_urgent_(std::exchange(other.is_urgent_, false)) {}
        Hold& operator=(Hold&&) = delete;
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold() {
            release();
            tell();
        }

        /// Decodes and appends. Accepts also when full (the caller checks is_full between messages), up to 3 GiB.
        /// ids receives the ids of the rows it became, each once, when it was accepted and they are asked for.
        std::optional<MessageError> offer(const Message& message, std::vector<std::string>* ids = nullptr);
        [[nodiscard]] bool is_full() const noexcept { return channel_->is_full(); }
        /// Between messages: gives the consumer a batch if it waits for one.
        void serve_consumer() {
            channel_->mutex_.assume_held();
            if (channel_->is_asked_.load(std::memory_order_relaxed)) channel_->serve();
        }
        /// Between messages: whether somebody else waits for the channel, or is to be told that it fills up.
        [[nodiscard]] bool should_give_way() const noexcept {
            return is_urgent_ || channel_->waiting_.load(std::memory_order_relaxed) != 0;
        }
        /// Whether another producer waits for the channel.
        [[nodiscard]] bool is_wanted() const noexcept {
            return channel_->waiting_producers_.load(std::memory_order_relaxed) != 0;
        }
        /// Lets go of the channel. Then tell, once no other channel is held either, says what is to be said; take_back
        /// lets those have the channel first who wait.
        void release() LAMINAR_NOT_ANALYSED;
        void tell();
        void take_back();

    private:
        friend class InputChannel;
        void take() LAMINAR_NOT_ANALYSED;  ///< One that moves from hand to hand is no lock of a block, as the analysis
                                           ///< wants it.

        InputChannel* channel_;
        bool is_held_ = false;
        bool is_urgent_ = false;
        unsigned waited_for_ = 0;  ///< By producers, when it was released.
    };
    static void release_all(std::vector<Hold>& holds);
    std::optional<MessageError> offer(const Message& message, std::vector<std::string>* ids = nullptr) {
        return Hold(*this).offer(message, ids);
    }
    /// Offers to several channels of one connection, which share the work of decoding. Returns the error of each; ids
    /// receives those of the first that accepts. shares: what each is to have; null for all of it.
    static std::vector<std::optional<MessageError>> offer_to_all(const Message& message, std::vector<Hold>& holds,
                                                                 std::vector<std::string>* ids,
                                                                 const std::vector<MessageShare>* shares = nullptr);
    /// Makes room by dropping the batch that has waited longest; returns how many messages that were.
    std::size_t drop_oldest();
    /// Tells the consumer if there is something to take; call when no more input is at hand.
    void flush();
    /// Takes no lock: looking before every message costs nothing.
    [[nodiscard]] bool is_full() const noexcept { return full_.load(std::memory_order_acquire); }
    /// resume is called once, from the consumer's thread, when there is room again; at once if there is room now. Asks
    /// for a cycle, so that a producer which waits for room is never waited for. A later call replaces resume.
    void notify_on_space(std::function<void()> resume);
    /// Other bounds from now on; a producer that waits for room looks again.
    void set_limits(Limits limits);
    /// How long a message of a stream of them may wait for more; tracked ones never do. 0: none does. A larger value
    /// makes fewer and larger batches, for so much later rows. Any thread.
    void set_max_latency(std::chrono::microseconds latency);
    /// No more rows will come (a finite source has ended).
    void finish();

    // Consumer side.
    /// All that has arrived (with several batches: the oldest of them, so take again), or null when nothing has, or
    /// when it is not what is wanted. Frees the room it took up. A batch may be without rows when all messages in it
    /// were empty arrays.
    [[nodiscard]] std::unique_ptr<ColumnBatch> take(TakeIn wanted = TakeIn::everything);
    /// From the next message on, rows have another schema. Batches of the one before (see ColumnBatch::schema) are
    /// taken first.
    void redefine(std::shared_ptr<const BatchSchema> schema, std::unique_ptr<MessageDecoder> decoder);
    /// When what has arrived is to be taken; nothing when nothing has.
    [[nodiscard]] std::optional<Clock::time_point> due() const;
    /// Gives back a batch's memory for reuse, and says whether it has been processed.
    void recycle(std::unique_ptr<ColumnBatch> batch, bool processed = true);
    /// What has been given back since the last time. For the producer, from the consumer's thread or another.
    [[nodiscard]] GivenBack take_given_back();
    /// How many messages have been accepted since it was made, and how many of them have been given back (or dropped)
    /// by now. They are in the order of their arrival.
    [[nodiscard]] std::uint64_t accepted_messages() const;
    [[nodiscard]] std::uint64_t finished_messages() const noexcept { return finished_messages_.load(); }
    /// The same as it was at the last note_cycle_end: so many of them are nobody's business any more.
    [[nodiscard]] std::uint64_t finished_at_cycle_end() const noexcept { return finished_at_cycle_end_.load(); }
    void note_cycle_end() noexcept { finished_at_cycle_end_.store(finished_messages_.load()); }
    /// finish() was called and everything has been taken. Takes no lock before.
    [[nodiscard]] bool is_finished() const;
    [[nodiscard]] std::size_t pending_messages() const noexcept { return pending_.load(std::memory_order_acquire); }
    /// When the oldest message that has not been taken was received: microseconds since the epoch, UTC; nullopt when
    /// there is none.
    [[nodiscard]] std::optional<std::int64_t> oldest_received_at() const;
    /// When the oldest message that has not been taken arrived; nullopt when there is none.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waiting_since() const;

private:
    struct ClosedBatch {
        std::unique_ptr<ColumnBatch> batch;
        Clock::time_point waiting_since;
    };
    struct Taken {
        std::unique_ptr<ColumnBatch> batch;
        std::function<void()> resume;  ///< To be called without a lock; may be empty.
    };

    /// Holds mutex_ for whoever is no producer and does not take: producers give way to it.
    class LAMINAR_SCOPED_LOCK PatientLock {
    public:
        explicit PatientLock(const InputChannel& channel) LAMINAR_ACQUIRES(channel.mutex_);
        ~PatientLock() LAMINAR_RELEASES() { mutex_.unlock(); }
        PatientLock(const PatientLock&) = delete;
        PatientLock& operator=(const PatientLock&) = delete;

    private:
        Mutex& mutex_;
    };

    [[nodiscard]] bool has_room() const LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] Taken take_oldest(TakeIn wanted) LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] Taken ask_producer(TakeIn wanted) LAMINAR_EXCLUDES(mutex_);
    void serve() LAMINAR_REQUIRES(mutex_);
    std::optional<MessageError> begin_offer(const Message& message) LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] bool end_offer(const Message& message, std::size_t first_row, std::vector<std::string>* ids)
        LAMINAR_REQUIRES(mutex_);
    void measure() LAMINAR_REQUIRES(mutex_);
    void measure_if_grown() LAMINAR_REQUIRES(mutex_);
    void note_room() noexcept LAMINAR_REQUIRES(mutex_) {
        pending_.store(closed_messages_ + open_->messages, std::memory_order_release);
        full_.store(!has_room(), std::memory_order_release);
    }
    [[nodiscard]] bool becomes_urgent() LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] bool is_half_full() const noexcept LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] bool is_empty() const noexcept LAMINAR_REQUIRES(mutex_) {
        return open_->messages == 0 && closed_.empty();
    }
    [[nodiscard]] bool is_batch_full() const LAMINAR_REQUIRES(mutex_);
    void begin_batch() LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] std::unique_ptr<ColumnBatch> take_spare() LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] std::unique_ptr<ColumnBatch> remove_oldest() LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] bool is_worth_taking() const LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] bool is_wanted(TakeIn wanted) const LAMINAR_REQUIRES(mutex_);
    [[nodiscard]] Clock::time_point due_time() const LAMINAR_REQUIRES(mutex_);
    void begin_waiting(bool tracked) LAMINAR_REQUIRES(mutex_);
    void collect_ids(std::size_t first_row, std::vector<std::string>& ids) const LAMINAR_REQUIRES(mutex_);

    const Requests requests_;
    mutable Mutex mutex_;
    std::atomic<unsigned> waiting_producers_{0};
    mutable std::atomic<unsigned> waiting_{0};  ///< For mutex_, those who are no producers: see PatientLock.

    // A consumer that comes while a producer has the channel asks for a batch, and is served between two messages: it
    // would have to be very quick to get the lock then. Taken after mutex_, or with nothing but an attempt at it.
    Mutex asking_mutex_;
    ConditionVariable served_;
    std::atomic<bool> is_asked_{false};  ///< Written under asking_mutex_.
    TakeIn wanted_ LAMINAR_GUARDED_BY(asking_mutex_) = TakeIn::everything;
    Taken served_with_ LAMINAR_GUARDED_BY(asking_mutex_);

    std::shared_ptr<const BatchSchema> schema_ LAMINAR_GUARDED_BY(mutex_);
    Limits limits_ LAMINAR_GUARDED_BY(mutex_);
    std::unique_ptr<MessageDecoder> decoder_ LAMINAR_GUARDED_BY(mutex_);
    std::deque<ClosedBatch> closed_ LAMINAR_GUARDED_BY(mutex_);  ///< Older than open_, the oldest first. None is empty.
    std::size_t closed_messages_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< In them, as the next.
    std::size_t closed_bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::unique_ptr<ColumnBatch> open_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t open_size_ LAMINAR_GUARDED_BY(mutex_) =
        0;  ///< Of its decoded rows when it was last measured, as the two below.
    std::size_t measured_payload_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::size_t measured_messages_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::atomic<bool> full_{false};        ///< What has_room says; written under mutex_, as the next.
    std::atomic<std::size_t> pending_{0};  ///< Messages that have not been taken.
    std::uint64_t taken_messages_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< All that have been.
    std::atomic<std::uint64_t> finished_messages_{0};
    std::atomic<std::uint64_t> finished_at_cycle_end_{0};
    std::atomic<ColumnBatch*> spare_{nullptr};  ///< Owned. Given back without the lock.
    std::optional<std::chrono::steady_clock::time_point> waiting_since_ LAMINAR_GUARDED_BY(mutex_);
    std::function<void()> resume_ LAMINAR_GUARDED_BY(mutex_);
    std::atomic<bool> finished_{false};                  ///< Written under mutex_.
    bool is_urgent_ LAMINAR_GUARDED_BY(mutex_) = false;  ///< cycle_now was called since the last take.
    std::chrono::microseconds max_latency_ LAMINAR_GUARDED_BY(mutex_) = std::chrono::microseconds{0};
    Clock::time_point last_taken_ LAMINAR_GUARDED_BY(mutex_);  ///< When the consumer last took something.
    std::optional<Clock::time_point> due_
        LAMINAR_GUARDED_BY(mutex_);  ///< Of the open batch, from its first message on.
    std::optional<Clock::time_point> told_due_ LAMINAR_GUARDED_BY(mutex_);  ///< What the consumer knows of it.
    GivenBack given_back_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
