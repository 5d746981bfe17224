#include "connectors/kafka/kafka_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <deque>
#include <map>
#include <stdexcept>
#include <thread>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/codec/binary/payload_translator.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/input_fanout.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/kafka/broker_probe.h"
#include "connectors/kafka/client_settings.h"
#include "connectors/kafka/message_origin.h"
#include "connectors/kafka/option_schema.h"
#include "connectors/net/io_runtime.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int idle_poll_milliseconds = 50;  ///< How late a stop is noticed while nothing comes.
constexpr int held_poll_milliseconds = 10;  ///< The same, and room, while nothing may come.
constexpr int metadata_milliseconds = 500;
constexpr std::chrono::seconds revocation_limit{5};  ///< For the engine to process what came from partitions that go.
constexpr std::chrono::milliseconds commit_interval{200};  ///< Between two commits of a group's place.
constexpr std::size_t most_held = 1000;  ///< Messages that had been on their way when the partitions were paused.

struct MessageDeleter {
    void operator()(rd_kafka_message_t* message) const noexcept { rd_kafka_message_destroy(message); }
};
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

std::string error_text(rd_kafka_resp_err_t error) { return rd_kafka_err2str(error); }

}  // namespace

class KafkaSource::Implementation : public std::enable_shared_from_this<KafkaSource::Implementation> {
public:
    Implementation(std::string name, std::shared_ptr<const KafkaOptions> options, const ConnectionContext& context)
        : options_(std::move(options)),
          io_(context.io.context()),
          journal_(std::move(name), "kafka", context.secrets, context.observer),
          inputs_(journal_, *options_) {
        journal_.set_endpoint(fmt::format("{}/{}", options_->bootstrap_servers, options_->topic));
    }

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) {
        if (stream == TableStream::messages) ++readers_;
        inputs_.add(stream, std::move(channel));
    }
    void remove_input(const std::shared_ptr<InputChannel>& channel) {
        inputs_.remove(channel);
        // It will not give back what it still had: the others are waited for.
        const MutexLock lock(mutex_);
        if (pending_) pending_->checkpoint = inputs_.checkpoint();
    }
    void set_passes_over(bool passes_over) { inputs_.set_passes_over(passes_over); }

    bool take_over(const std::string& position) {
        std::int64_t had = 0;
        const auto [end, problem] = std::from_chars(position.data(), position.data() + position.size(), had);
        if (opened_.load() || problem != std::errc()) return false;
        begins_after_.store(had);
        return true;
    }

    void open() {
        std::thread before;
        {
            const MutexLock lock(mutex_);
            if (opened_.exchange(true)) return;
            before.swap(thread_);
        }
        if (before.joinable()) before.join();  // It has ended.
        const MutexLock lock(mutex_);
        if (abandoned_.load()) return;
        stopping_.store(false);
        ended_ = false;
        leave_by_ = Clock::time_point::max();
        verdict_.clear();
        has_verdict_.store(false);
        thread_ = std::thread([this] { run(); });
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) {
        bool idle = false;
        {
            const MutexLock lock(mutex_);
            leave_by_ = Clock::now() + deadline;
            stopping_.store(true);
            if (done) when_ended_.push_back(std::move(done));
            idle = ended_;
        }
        if (idle) {
            post_end();
            return;
        }
        const auto timer = std::make_shared<net::steady_timer>(io_, deadline);
        timer->async_wait([timer, weak = weak_from_this()](const boost::system::error_code&) {
            if (const auto self = weak.lock()) self->call_when_ended();
        });
    }

    void stop() {
        stopping_.store(true);
        abandoned_.store(true);
        probes_.stop();
        std::thread thread;
        {
            const MutexLock lock(mutex_);
            thread.swap(thread_);
        }
        if (thread.joinable()) thread.join();
    }

    void set_paused(bool paused) {
        inputs_.set_paused(paused);
        if (paused_.exchange(paused) != paused)
            journal_.log("info", paused ? "paused" : "resumed", paused ? "reading stopped" : "reading goes on");
        journal_.changed();
    }
    void stop_reading() {
        paused_.store(true);
        inputs_.set_paused(true);
    }

    void end_cycle(const ProcessingReport& report) {
        auto verdict = inputs_.end_cycle(report, [](const OutgoingMessage&) { return SendOutcome::failed; });
        const MutexLock lock(mutex_);
        // Only here: what the cycle did is kept by now, where it is to be kept.
        if (pending_ && inputs_.has_passed(pending_->checkpoint)) pending_->passed = true;
        if (!verdict) return;
        if (verdict_.empty()) verdict_ = std::move(*verdict);
        has_verdict_.store(true);
    }

    ConnectionStatus status() const {
        ConnectionStatus status = journal_.status();
        if (status.state == ConnectionState::connected && paused_.load()) status.state = ConnectionState::paused;
        status.pending_messages = inputs_.pending_messages();
        return status;
    }

    void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) {
        probes_.start([this, timeout, done = std::move(done)](const std::atomic<bool>& stopped) mutable {
            std::vector<ConnectionTestStep> steps = probe_brokers(*options_, journal_, timeout, stopped);
            net::post(io_, [done = std::move(done), steps = std::move(steps)]() mutable { done(std::move(steps)); });
        });
    }

private:
    void run() noexcept;
    void read();
    KafkaHandle make_client(const KafkaOptions& options);
    void begin(const KafkaOptions& options);
    [[nodiscard]] std::int64_t first_offset(const KafkaOptions& options) const;
    bool connect(const KafkaOptions& options, std::vector<std::int32_t>* partitions);
    void rebalance(rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* partitions);
    void hold_partitions(bool held);
    void receive(KafkaMessage message, bool waits);
    void take(const rd_kafka_message_t& message);
    void tell_of_trouble(const std::string& trouble);
    void check_place(const KafkaOptions& options, std::int64_t had);
    bool take_passed();
    void commit_processed();
    void commit_all();
    void commit_and_wait(const std::map<std::int32_t, std::int64_t>& next, Clock::time_point limit);
    [[nodiscard]] KafkaPartitions offsets_of(const std::map<std::int32_t, std::int64_t>& next) const;
    void note_commit(rd_kafka_resp_err_t error);
    void leave();
    /// Until then it may take to leave, also when it is abandoned.
    [[nodiscard]] bool must_hurry() const {
        const MutexLock lock(mutex_);
        return abandoned_.load() || Clock::now() >= leave_by_;
    }

    [[nodiscard]] bool in_group() const noexcept { return !options_->group_id.empty(); }

    void post_end() {
        net::post(io_, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->call_when_ended();
        });
    }
    void call_when_ended() {
        std::vector<std::function<void()>> callbacks;
        {
            const MutexLock lock(mutex_);
            callbacks.swap(when_ended_);
        }
        for (const std::function<void()>& callback : callbacks) callback();
    }

    /// Offsets that may be committed when the engine is done with what was delivered before.
    struct Place {
        InputFanout::Checkpoint checkpoint;
        std::map<std::int32_t, std::int64_t> next;  ///< By partition.
        bool passed = false;
    };

    const std::shared_ptr<const KafkaOptions> options_;
    net::io_context& io_;
    ConnectionJournal journal_;
    InputFanout inputs_;
    std::atomic<std::uint64_t> readers_{0};  ///< That there have been.
    std::atomic<bool> opened_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> abandoned_{false};
    std::atomic<bool> paused_{false};
    std::atomic<bool> has_verdict_{false};
    std::atomic<std::int64_t> begins_after_{0};

    mutable Mutex mutex_;
    std::string verdict_ LAMINAR_GUARDED_BY(mutex_);
    bool ended_ LAMINAR_GUARDED_BY(mutex_) = true;
    std::vector<std::function<void()>> when_ended_ LAMINAR_GUARDED_BY(mutex_);
    std::thread thread_ LAMINAR_GUARDED_BY(mutex_);
    Clock::time_point leave_by_ LAMINAR_GUARDED_BY(mutex_) = Clock::time_point::max();
    std::optional<Place> pending_ LAMINAR_GUARDED_BY(mutex_);

    // Of the thread alone; callbacks of the client come on it, from its polls.
    InputFanout::View view_;
    PayloadTranslator translator_{options_->format};
    KafkaHandle client_;
    bool is_held_ = false;
    bool is_lost_ = false;  ///< No broker answers.
    LogLimit log_limit_;
    std::uint64_t sequence_ = 0;
    std::map<std::int32_t, std::int64_t> next_;  ///< After what was delivered, not handed to a commit yet.
    std::map<std::int32_t, std::int64_t> done_;  ///< After what the engine has processed, of partitions that it has.
    bool is_behind_ = false;                     ///< A commit of that has failed.
    int commits_under_way_ = 0;                  ///< That nobody waits for.
    Clock::time_point next_commit_at_{};
    Clock::time_point left_by_ = Clock::time_point::max();
    std::optional<rd_kafka_resp_err_t> committed_;  ///< What came of the commit that is waited for.
    std::deque<KafkaMessage> held_;                 ///< Came, and there was no room for them.
    std::string last_trouble_;
    std::string told_trouble_;  ///< The errors stream has it.
    BackgroundProbes probes_;
};

KafkaHandle KafkaSource::Implementation::make_client(const KafkaOptions& options) {
    KafkaClientSettings settings(options);
    // Without a group the name is only what the client asks for; nothing is committed.
    settings.set("group.id", options.group_id.empty() ? "laminar-no-group" : options.group_id);
    settings.set("enable.auto.commit", "false");
    settings.set("enable.auto.offset.store", "false");
    settings.set("auto.offset.reset", options.offset == "latest" ? "latest" : "earliest");
    rd_kafka_conf_set_opaque(settings.get(), this);
    rd_kafka_conf_set_rebalance_cb(
        settings.get(), [](rd_kafka_t*, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* partitions,
                           void* self) { static_cast<Implementation*>(self)->rebalance(event, partitions); });
    rd_kafka_conf_set_error_cb(settings.get(), [](rd_kafka_t*, int error, const char* reason, void* opaque) {
        auto& self = *static_cast<Implementation*>(opaque);
        self.last_trouble_ = fmt::format("{}: {}", error_text(rd_kafka_resp_err_t(error)), reason);
        if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) self.is_lost_ = true;
    });
    rd_kafka_conf_set_offset_commit_cb(
        settings.get(), [](rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*, void* self) {
            auto& source = *static_cast<Implementation*>(self);
            --source.commits_under_way_;
            source.note_commit(error);
        });
    rd_kafka_conf_set_log_cb(settings.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    return std::move(settings).make(RD_KAFKA_CONSUMER);
}

void KafkaSource::Implementation::run() noexcept {
    std::string problem;
    try {
        read();
    } catch (const std::exception& error) {
        problem = error.what();
    }
    held_.clear();
    if (!problem.empty()) {
        journal_.error("read_failed", problem);
        static_cast<void>(inputs_.report_connection_error(problem, MessageOrigin{.connection_name = journal_.name()}));
        journal_.set_state(ConnectionState::failed);
    } else {
        journal_.set_state(ConnectionState::closed);
        journal_.log("info", "closed", "closed");
    }
    inputs_.flush();
    {
        const MutexLock lock(mutex_);
        ended_ = true;
        pending_.reset();
        opened_.store(false);
    }
    if (!abandoned_.load()) post_end();
    journal_.changed();
    // Last: the client waits for what it has asked a broker that hangs, as long as socket.timeout.ms.
    client_.reset();
}

void KafkaSource::Implementation::read() {
    journal_.set_state(ConnectionState::connecting);
    OptionProblem unresolved;
    const auto options = resolve_options(kafka_option_schema(), *options_, journal_.secrets(), unresolved);
    if (!options) throw std::runtime_error(unresolved.description);
    next_.clear();
    done_.clear();
    is_held_ = is_lost_ = is_behind_ = false;
    left_by_ = Clock::time_point::max();
    commits_under_way_ = 0;
    last_trouble_.clear();
    told_trouble_.clear();
    client_ = make_client(*options);
    rd_kafka_poll_set_consumer(client_.get());
    begin(*options);
    while (!stopping_.load()) {
        if (has_verdict_.load()) {
            const MutexLock lock(mutex_);
            throw std::runtime_error(verdict_);
        }
        commit_processed();
        if (is_lost_ && !connect(*options, nullptr)) continue;
        const bool waits = readers_.load() == 0 || inputs_.must_wait(view_);
        if (!held_.empty() && !waits) {
            const KafkaMessage first = std::move(held_.front());
            held_.pop_front();
            take(*first);
            continue;
        }
        hold_partitions(waits);
        // A consumer that is not asked for max.poll.interval.ms is put out of its group: it is asked while it waits.
        if (held_.size() >= most_held) {
            std::this_thread::sleep_for(std::chrono::milliseconds(held_poll_milliseconds));
            continue;
        }
        KafkaMessage message(rd_kafka_consumer_poll(client_.get(), 0));
        if (!message) {
            inputs_.flush();
            message.reset(
                rd_kafka_consumer_poll(client_.get(), waits ? held_poll_milliseconds : idle_poll_milliseconds));
        }
        receive(std::move(message), waits);
    }
    leave();
}

/// message may be null.
void KafkaSource::Implementation::receive(KafkaMessage message, bool waits) {
    if (!message) return;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        last_trouble_ = rd_kafka_message_errstr(message.get());
        tell_of_trouble(last_trouble_);
        if (rd_kafka_fatal_error(client_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error(last_trouble_);
    } else if (waits || !held_.empty()) {
        held_.push_back(std::move(message));
    } else {
        take(*message);
    }
}

/// What brokers say goes to the errors stream once, until they say something else.
void KafkaSource::Implementation::tell_of_trouble(const std::string& trouble) {
    journal_.log_limited(log_limit_, "errors of the topic", "warning", "topic_error", trouble);
    journal_.set_last_error(trouble);
    if (trouble == told_trouble_) return;
    told_trouble_ = trouble;
    if (const auto verdict =
            inputs_.report_connection_error(trouble, MessageOrigin{.connection_name = journal_.name()}))
        throw std::runtime_error(*verdict);
}

/// Waits until brokers answer, and begins to read.
void KafkaSource::Implementation::begin(const KafkaOptions& options) {
    std::vector<std::int32_t> partitions;
    while (!connect(options, &partitions)) {
        if (stopping_.load()) return;
    }
    if (in_group()) {
        const KafkaPartitions topics(rd_kafka_topic_partition_list_new(1));
        rd_kafka_topic_partition_list_add(topics.get(), options.topic.c_str(), RD_KAFKA_PARTITION_UA);
        if (const auto error = rd_kafka_subscribe(client_.get(), topics.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error(error_text(error));
        return;
    }
    const KafkaPartitions assigned(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    for (const std::int32_t partition : partitions) {
        if (options.partition && static_cast<std::int64_t>(*options.partition) != partition) continue;
        rd_kafka_topic_partition_list_add(assigned.get(), options.topic.c_str(), partition)->offset =
            first_offset(options);
    }
    if (assigned->cnt == 0)
        throw std::runtime_error(fmt::format("topic \"{}\" has no partition {}: it has {}", options.topic,
                                             options.partition.value_or(0), partitions.size()));
    if (const std::int64_t had = begins_after_.load(); had > 0) check_place(options, had);
    if (const auto error = rd_kafka_assign(client_.get(), assigned.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw std::runtime_error(error_text(error));
}

/// Of a partition that is gone on with: what is no longer there is told, and a topic that is another one refused.
void KafkaSource::Implementation::check_place(const KafkaOptions& options, std::int64_t had) {
    const auto partition = static_cast<std::int32_t>(options.partition.value_or(0));
    std::int64_t first = 0;
    std::int64_t end = 0;
    while (true) {
        const auto error = rd_kafka_query_watermark_offsets(client_.get(), options.topic.c_str(), partition, &first,
                                                            &end, metadata_milliseconds);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
        if (stopping_.load()) return;
        tell_of_trouble(fmt::format("topic \"{}\", partition {}: {}", options.topic, partition, error_text(error)));
    }
    if (end < had)
        throw std::runtime_error(
            fmt::format("topic \"{}\", partition {} ends at offset {}, and messages up to {} have been read: it is not "
                        "the topic that it was; drop the table and create it again to read the new one",
                        options.topic, partition, end, had));
    if (first > had)
        tell_of_trouble(
            fmt::format("topic \"{}\", partition {}: the brokers no longer have offsets {} to {}, which have "
                        "not been read; reading goes on at {}",
                        options.topic, partition, had, first - 1, first));
}

std::int64_t KafkaSource::Implementation::first_offset(const KafkaOptions& options) const {
    if (const std::int64_t had = begins_after_.load(); had > 0) return had;
    return options.offset == "latest" ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
}

/// One attempt; false after saying why not. partitions: those of the topic; null: not asked for.
bool KafkaSource::Implementation::connect(const KafkaOptions& options, std::vector<std::int32_t>* partitions) {
    const auto tell = [&](const std::string& reason) {
        journal_.set_last_error(reason);
        if (journal_.state() != ConnectionState::waiting_to_reconnect) {
            journal_.set_state(ConnectionState::waiting_to_reconnect, reason);
            journal_.log("warning", "not_connected", reason);
            if (const auto verdict =
                    inputs_.report_connection_error(reason, MessageOrigin{.connection_name = journal_.name()}))
                throw std::runtime_error(*verdict);
        }
        journal_.changed();
    };
    const std::unique_ptr<rd_kafka_topic_t, void (*)(rd_kafka_topic_t*)> topic(
        rd_kafka_topic_new(client_.get(), options.topic.c_str(), nullptr), rd_kafka_topic_destroy);
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(client_.get(), 0, topic.get(), &found, metadata_milliseconds);
    const std::unique_ptr<const rd_kafka_metadata_t, void (*)(const rd_kafka_metadata_t*)> metadata(
        found, rd_kafka_metadata_destroy);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        // Serves the callbacks that say why.
        receive(KafkaMessage(rd_kafka_consumer_poll(client_.get(), idle_poll_milliseconds)), true);
        tell(last_trouble_.empty() ? fmt::format("no broker answers: {}", error_text(error)) : last_trouble_);
        return false;
    }
    const rd_kafka_metadata_topic_t* known = metadata->topic_cnt == 1 ? &metadata->topics[0] : nullptr;
    if (known == nullptr || known->err != RD_KAFKA_RESP_ERR_NO_ERROR || known->partition_cnt == 0) {
        tell(fmt::format("topic \"{}\": {}", options.topic,
                         known == nullptr || known->err == RD_KAFKA_RESP_ERR_NO_ERROR ? "it has no partitions"
                                                                                      : error_text(known->err)));
        receive(KafkaMessage(rd_kafka_consumer_poll(client_.get(), metadata_milliseconds)), true);
        return false;
    }
    if (partitions != nullptr) {
        partitions->clear();
        for (int index = 0; index < known->partition_cnt; ++index) partitions->push_back(known->partitions[index].id);
    }
    if (is_lost_) journal_.reconnect_count.fetch_add(1);
    is_lost_ = false;
    last_trouble_.clear();
    told_trouble_.clear();
    journal_.set_connected_since(utc_now());
    journal_.set_state(ConnectionState::connected);
    journal_.log("info", "connected", "reading");
    journal_.changed();
    return true;
}

void KafkaSource::Implementation::rebalance(rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* partitions) {
    std::string names;
    for (int index = 0; index < partitions->cnt; ++index)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", partitions->elems[index].partition);
    if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        journal_.log("info", "assigned", fmt::format("partitions: {}", names.empty() ? "none" : names));
        rd_kafka_assign(client_.get(), partitions);
        is_held_ = false;
        return;
    }
    journal_.log("info", "revoked", fmt::format("partitions: {}", names.empty() ? "none" : names));
    held_.clear();  // They come again, to whoever has the partition then.
    if (!rd_kafka_assignment_lost(client_.get())) commit_all();
    next_.clear();
    done_.clear();
    is_behind_ = false;
    {
        const MutexLock lock(mutex_);
        pending_.reset();
    }
    rd_kafka_assign(client_.get(), nullptr);
}

void KafkaSource::Implementation::hold_partitions(bool held) {
    if (held == is_held_) return;
    rd_kafka_topic_partition_list_t* listed = nullptr;
    if (rd_kafka_assignment(client_.get(), &listed) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    const KafkaPartitions partitions(listed);
    if (listed->cnt == 0) return;
    if (held)
        rd_kafka_pause_partitions(client_.get(), listed);
    else
        rd_kafka_resume_partitions(client_.get(), listed);
    is_held_ = held;
}

void KafkaSource::Implementation::take(const rd_kafka_message_t& taken) {
    const std::string_view payload(static_cast<const char*>(taken.payload), taken.payload == nullptr ? 0 : taken.len);
    Message message;
    message.payload = payload;
    message.binary = options_->format == MessageFormat::binary;
    message.received_at = utc_now();
    message.wire_size = payload.size();
    message.sequence = options_->partition ? static_cast<std::uint64_t>(taken.offset) + 1 : ++sequence_;
    message.origin = origin_of(taken, journal_.name(), options_->topic);
    journal_.messages_received.fetch_add(1, std::memory_order_relaxed);
    journal_.bytes_received.fetch_add(payload.size(), std::memory_order_relaxed);
    journal_.last_message_at.store(message.received_at, std::memory_order_relaxed);
    std::optional<MessageError> error;
    std::string_view json = payload;
    if (taken.payload == nullptr)
        error = MessageError{"no_value", "the message has no value: it says that its key is deleted"};
    else if (translator_.is_needed())
        error = translator_.translate(payload, json);
    if (!error) message.payload = json;
    const std::optional<std::string> verdict =
        error ? inputs_.refuse(message, std::move(*error)) : inputs_.deliver(message, view_);
    translator_.release();
    if (verdict) throw std::runtime_error(*verdict);
    if (in_group()) next_[taken.partition] = taken.offset + 1;
}

KafkaPartitions KafkaSource::Implementation::offsets_of(const std::map<std::int32_t, std::int64_t>& next) const {
    KafkaPartitions offsets(rd_kafka_topic_partition_list_new(static_cast<int>(next.size())));
    for (const auto& [partition, offset] : next)
        rd_kafka_topic_partition_list_add(offsets.get(), options_->topic.c_str(), partition)->offset = offset;
    return offsets;
}

void KafkaSource::Implementation::note_commit(rd_kafka_resp_err_t error) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
    is_behind_ = true;
    // The group is being shared out anew. It is tried again, also before the partitions go.
    if (error == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS) return;
    journal_.log_limited(log_limit_, "errors of commits", "warning", "commit_failed", error_text(error));
    journal_.set_last_error(
        fmt::format("the place of group \"{}\" was not committed: {}", options_->group_id, error_text(error)));
}

/// Commits what the engine is done with, without waiting for anybody.
void KafkaSource::Implementation::commit_processed() {
    if (!in_group() || Clock::now() < next_commit_at_) return;
    const bool passed = take_passed();
    if (!passed && !is_behind_) return;
    next_commit_at_ = Clock::now() + commit_interval;
    is_behind_ = false;
    const auto error = rd_kafka_commit(client_.get(), offsets_of(done_).get(), 1);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) ++commits_under_way_;
    note_commit(error);
}

/// Whether the engine was done with more, which done_ then has; what was delivered since then is waited for next.
bool KafkaSource::Implementation::take_passed() {
    const MutexLock lock(mutex_);
    const bool passed = pending_ && pending_->passed;
    if (passed) {
        for (const auto& [partition, offset] : pending_->next) done_[partition] = offset;
        pending_.reset();
    }
    if (!pending_ && !next_.empty()) pending_.emplace(Place{inputs_.checkpoint(), std::exchange(next_, {})});
    return passed;
}

/// Waits for the engine and the brokers, a while: what is not committed then comes again, to whoever has the partition.
void KafkaSource::Implementation::commit_all() {
    if (!in_group()) return;
    inputs_.flush();
    const Clock::time_point limit = std::min(Clock::now() + revocation_limit, left_by_);
    bool has_more = is_behind_ || commits_under_way_ > 0;
    const auto waits = [&] {
        if (take_passed()) has_more = true;
        const MutexLock lock(mutex_);
        return pending_.has_value();
    };
    while (waits() && Clock::now() < limit && !must_hurry()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (has_more && !done_.empty()) commit_and_wait(done_, limit);
}

void KafkaSource::Implementation::commit_and_wait(const std::map<std::int32_t, std::int64_t>& next,
                                                  Clock::time_point limit) {
    // rd_kafka_commit would wait for a broker as long as that takes.
    const KafkaQueue queue(rd_kafka_queue_new(client_.get()));
    committed_.reset();
    const auto error = rd_kafka_commit_queue(
        client_.get(), offsets_of(next).get(), queue.get(),
        [](rd_kafka_t*, rd_kafka_resp_err_t result, rd_kafka_topic_partition_list_t*, void* self) {
            static_cast<Implementation*>(self)->committed_ = result;
        },
        this);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        note_commit(error);
        return;
    }
    while (!committed_ && Clock::now() < limit && !must_hurry())
        rd_kafka_queue_poll_callback(queue.get(), idle_poll_milliseconds);
    note_commit(committed_.value_or(RD_KAFKA_RESP_ERR__TIMED_OUT));
}

/// The group learns of it at once, instead of after session.timeout.ms. Without brokers there is nobody to tell, and a
/// broker that does not answer is not waited for longer than close allows, or than the connection lives.
void KafkaSource::Implementation::leave() {
    if (!in_group() || is_lost_) return;
    held_.clear();
    left_by_ = Clock::now() + revocation_limit;  // Also for the commit when the partitions go.
    commit_all();
    if (Clock::now() >= left_by_ || must_hurry()) return;
    const KafkaQueue queue(rd_kafka_queue_new(client_.get()));
    const std::unique_ptr<rd_kafka_error_t, void (*)(rd_kafka_error_t*)> error(
        rd_kafka_consumer_close_queue(client_.get(), queue.get()), rd_kafka_error_destroy);
    if (error) return;
    while (rd_kafka_consumer_closed(client_.get()) == 0 && Clock::now() < left_by_ && !must_hurry())
        rd_kafka_queue_poll_callback(queue.get(), idle_poll_milliseconds);
}

KafkaSource::KafkaSource(std::string name, std::shared_ptr<const KafkaOptions> options,
                         const ConnectionContext& context)
    : implementation_(std::make_shared<Implementation>(std::move(name), std::move(options), context)) {}

KafkaSource::~KafkaSource() { implementation_->stop(); }

void KafkaSource::add_input(TableStream stream, std::shared_ptr<InputChannel> channel) {
    implementation_->add_input(stream, std::move(channel));
}
void KafkaSource::remove_input(const std::shared_ptr<InputChannel>& channel) { implementation_->remove_input(channel); }
void KafkaSource::set_passes_over(bool passes_over) { implementation_->set_passes_over(passes_over); }
bool KafkaSource::take_over(ConnectionHandover&& handover) {
    return implementation_->take_over(handover.status.position);
}
void KafkaSource::open() { implementation_->open(); }
void KafkaSource::close(std::chrono::milliseconds deadline, std::function<void()> done) {
    implementation_->close(deadline, std::move(done));
}
void KafkaSource::pause() { implementation_->set_paused(true); }
void KafkaSource::resume() { implementation_->set_paused(false); }
void KafkaSource::stop_reading() { implementation_->stop_reading(); }
SendOutcome KafkaSource::send(OutgoingMessage /*message*/) { return SendOutcome::failed; }
void KafkaSource::end_cycle(const ProcessingReport& report) { implementation_->end_cycle(report); }
ConnectionStatus KafkaSource::status() const { return implementation_->status(); }

void KafkaSource::test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) {
    implementation_->test(timeout, std::move(done));
}

}  // namespace laminar
