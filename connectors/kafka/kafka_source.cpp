#include "connectors/kafka/kafka_source.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <map>
#include <stdexcept>
#include <thread>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/error_record.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/input_fanout.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/kafka/client_settings.h"
#include "connectors/kafka/facts.h"
#include "connectors/kafka/option_schema.h"
#include "connectors/net/io_runtime.h"
#include "parser/text/json_writer.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int idle_poll_milliseconds = 50;  ///< How late a stop is noticed while nothing comes.
constexpr int held_poll_milliseconds = 10;  ///< The same, and room, while nothing may come.
constexpr int metadata_milliseconds = 500;
constexpr std::chrono::seconds revocation_limit{5};  ///< For the engine to process what came from partitions that go.
constexpr std::size_t longest_text = 1u << 20;  ///< Of a key or header; brokers allow no larger message by default.

struct MessageDeleter {
    void operator()(rd_kafka_message_t* message) const noexcept { rd_kafka_message_destroy(message); }
};
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

std::string error_text(rd_kafka_resp_err_t error) { return rd_kafka_err2str(error); }

/// Empty: it has none.
std::string headers_of(const rd_kafka_message_t& message) {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    JsonWriter json;
    json.begin_object();
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t index = 0;
         rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++index) {
        json.key(name);
        if (value == nullptr)
            json.null();
        else
            json.text(printable_payload({static_cast<const char*>(value), size}, longest_text));
    }
    json.end_object();
    return json.take();
}

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
    void remove_input(const std::shared_ptr<InputChannel>& channel) { inputs_.remove(channel); }
    void set_passes_over(bool passes_over) { inputs_.set_passes_over(passes_over); }

    bool take_over(const std::string& position) {
        std::int64_t had = 0;
        const auto [end, problem] = std::from_chars(position.data(), position.data() + position.size(), had);
        if (opened_.load() || problem != std::errc()) return false;
        begins_after_.store(had);
        return true;
    }

    void open() {
        const MutexLock lock(mutex_);
        if (opened_.exchange(true)) return;
        if (thread_.joinable()) thread_.join();
        stopping_.store(false);
        ended_ = false;
        thread_ = std::thread([this] { run(); });
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) {
        stopping_.store(true);
        {
            const MutexLock lock(mutex_);
            if (done) when_ended_.push_back(std::move(done));
        }
        const auto timer = std::make_shared<net::steady_timer>(io_, deadline);
        timer->async_wait([timer, weak = weak_from_this()](const boost::system::error_code&) {
            if (const auto self = weak.lock()) self->call_when_ended();
        });
        bool idle = false;
        {
            const MutexLock lock(mutex_);
            idle = ended_;
        }
        if (idle) post_end();
    }

    void stop() {
        stopping_.store(true);
        abandoned_.store(true);
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
        if (!verdict) return;
        const MutexLock lock(mutex_);
        if (verdict_.empty()) verdict_ = std::move(*verdict);
        has_verdict_.store(true);
    }

    ConnectionStatus status() const {
        ConnectionStatus status = journal_.status();
        if (status.state == ConnectionState::connected && paused_.load()) status.state = ConnectionState::paused;
        status.pending_messages = inputs_.pending_messages();
        return status;
    }

    std::vector<ConnectionTestStep> test(std::chrono::milliseconds timeout);
    net::io_context& io() noexcept { return io_; }

private:
    void run() noexcept;
    void read();
    KafkaHandle make_client(const KafkaOptions& options);
    void begin(const KafkaOptions& options);
    void assign_all(const KafkaOptions& options);
    [[nodiscard]] std::int64_t first_offset(const KafkaOptions& options) const;
    bool connect(const KafkaOptions& options, std::vector<std::int32_t>* partitions);
    void rebalance(rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* partitions);
    void hold_partitions(bool held);
    void take(const rd_kafka_message_t& message);
    void commit_processed(bool synchronously);
    void leave();

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

    // Of the thread alone; callbacks of the client come on it, from its polls.
    InputFanout::View view_;
    KafkaHandle client_;
    bool is_held_ = false;
    bool is_lost_ = false;  ///< No broker answers.
    LogLimit log_limit_;
    std::uint64_t sequence_ = 0;
    std::map<std::int32_t, std::int64_t> next_;  ///< After what was delivered, not handed to a commit yet.
    std::optional<Place> pending_;
    std::string last_trouble_;
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
    client_.reset();
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
    }
    opened_.store(false);
    if (!abandoned_.load()) post_end();
    journal_.changed();
}

void KafkaSource::Implementation::read() {
    journal_.set_state(ConnectionState::connecting);
    OptionProblem unresolved;
    const auto options = resolve_options(kafka_option_schema(), *options_, journal_.secrets(), unresolved);
    if (!options) throw std::runtime_error(unresolved.description);
    client_ = make_client(*options);
    rd_kafka_poll_set_consumer(client_.get());
    begin(*options);
    KafkaMessage held;
    while (!stopping_.load()) {
        if (has_verdict_.load()) {
            const MutexLock lock(mutex_);
            throw std::runtime_error(verdict_);
        }
        commit_processed(false);
        if (is_lost_ && !connect(*options, nullptr)) continue;
        const bool waits = readers_.load() == 0 || inputs_.must_wait(view_);
        if (held && !waits) {
            take(*held);
            held.reset();
            continue;
        }
        hold_partitions(waits);
        if (held) {
            std::this_thread::sleep_for(std::chrono::milliseconds(held_poll_milliseconds));
            continue;
        }
        KafkaMessage message(rd_kafka_consumer_poll(client_.get(), 0));
        if (!message) {
            inputs_.flush();
            message.reset(
                rd_kafka_consumer_poll(client_.get(), waits ? held_poll_milliseconds : idle_poll_milliseconds));
        }
        if (!message) continue;
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            last_trouble_ = rd_kafka_message_errstr(message.get());
            journal_.log_limited(log_limit_, "errors of the topic", "warning", "topic_error", last_trouble_);
            journal_.set_last_error(last_trouble_);
            if (rd_kafka_fatal_error(client_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
                throw std::runtime_error(last_trouble_);
            continue;
        }
        if (waits)
            held = std::move(message);  // It was on its way when the partitions were paused.
        else
            take(*message);
    }
    leave();
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
    if (const auto error = rd_kafka_assign(client_.get(), assigned.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw std::runtime_error(error_text(error));
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
            static_cast<void>(
                inputs_.report_connection_error(reason, MessageOrigin{.connection_name = journal_.name()}));
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
        static_cast<void>(KafkaMessage(rd_kafka_consumer_poll(client_.get(), idle_poll_milliseconds)));
        tell(last_trouble_.empty() ? fmt::format("no broker answers: {}", error_text(error)) : last_trouble_);
        return false;
    }
    const rd_kafka_metadata_topic_t* known = metadata->topic_cnt == 1 ? &metadata->topics[0] : nullptr;
    if (known == nullptr || known->err != RD_KAFKA_RESP_ERR_NO_ERROR || known->partition_cnt == 0) {
        tell(fmt::format("topic \"{}\": {}", options.topic,
                         known == nullptr || known->err == RD_KAFKA_RESP_ERR_NO_ERROR ? "it has no partitions"
                                                                                      : error_text(known->err)));
        static_cast<void>(KafkaMessage(rd_kafka_consumer_poll(client_.get(), metadata_milliseconds)));
        return false;
    }
    if (partitions != nullptr) {
        partitions->clear();
        for (int index = 0; index < known->partition_cnt; ++index) partitions->push_back(known->partitions[index].id);
    }
    if (is_lost_) journal_.reconnect_count.fetch_add(1);
    is_lost_ = false;
    last_trouble_.clear();
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
    if (!rd_kafka_assignment_lost(client_.get())) commit_processed(true);
    next_.clear();
    pending_.reset();
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
    auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = journal_.name();
    origin->facts.emplace_back(KafkaMetadata::topic, options_->topic);
    origin->facts.emplace_back(KafkaMetadata::partition, std::int64_t{taken.partition});
    origin->facts.emplace_back(KafkaMetadata::offset, taken.offset);
    if (taken.key != nullptr)
        origin->facts.emplace_back(
            KafkaMetadata::key, printable_payload({static_cast<const char*>(taken.key), taken.key_len}, longest_text));
    if (std::string headers = headers_of(taken); !headers.empty())
        origin->facts.emplace_back(KafkaMetadata::headers, std::move(headers));
    rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    if (const std::int64_t at = rd_kafka_message_timestamp(&taken, &kind);
        kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && at >= 0)
        origin->facts.emplace_back(KafkaMetadata::timestamp, at * 1000);

    Message message;
    message.payload = payload;
    message.binary = options_->format == MessageFormat::binary || is_translated(options_->format);
    message.received_at = utc_now();
    message.wire_size = payload.size();
    message.sequence = options_->partition ? static_cast<std::uint64_t>(taken.offset) + 1 : ++sequence_;
    message.origin = std::move(origin);
    journal_.messages_received.fetch_add(1, std::memory_order_relaxed);
    journal_.bytes_received.fetch_add(payload.size(), std::memory_order_relaxed);
    journal_.last_message_at.store(message.received_at, std::memory_order_relaxed);
    const std::optional<std::string> verdict =
        taken.payload == nullptr
            ? inputs_.refuse(message, {"no_value", "the message has no value: it says that its key is deleted"})
            : inputs_.deliver(message, view_);
    if (verdict) throw std::runtime_error(*verdict);
    if (in_group()) next_[taken.partition] = taken.offset + 1;
}

/// synchronously: waits for the engine, a while, and for the brokers.
void KafkaSource::Implementation::commit_processed(bool synchronously) {
    if (!in_group()) return;
    const auto commit = [&] {
        const KafkaPartitions offsets(rd_kafka_topic_partition_list_new(static_cast<int>(pending_->next.size())));
        for (const auto& [partition, offset] : pending_->next)
            rd_kafka_topic_partition_list_add(offsets.get(), options_->topic.c_str(), partition)->offset = offset;
        const auto error = rd_kafka_commit(client_.get(), offsets.get(), synchronously ? 0 : 1);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
            journal_.log_limited(log_limit_, "errors of commits", "warning", "commit_failed", error_text(error));
        pending_.reset();
    };
    const auto begin_next = [&] {
        pending_.emplace(Place{inputs_.checkpoint(), std::move(next_)});
        next_.clear();
    };
    if (!synchronously) {
        if (pending_ && inputs_.has_passed(pending_->checkpoint)) commit();
        if (!pending_ && !next_.empty()) begin_next();
        return;
    }
    inputs_.flush();
    const Clock::time_point limit = Clock::now() + revocation_limit;
    while (pending_ || !next_.empty()) {
        if (!pending_) begin_next();
        while (!inputs_.has_passed(pending_->checkpoint)) {
            if (Clock::now() >= limit || abandoned_.load())
                return;  // It comes again, to whoever has the partition then.
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        commit();
    }
}

/// The group learns of it at once, instead of after session.timeout.ms. Without brokers there is nobody to tell.
void KafkaSource::Implementation::leave() {
    if (is_lost_ || abandoned_.load()) return;
    commit_processed(true);
    rd_kafka_consumer_close(client_.get());
}

std::vector<ConnectionTestStep> KafkaSource::Implementation::test(std::chrono::milliseconds timeout) {
    std::vector<ConnectionTestStep> steps;
    const auto step = [&](std::string name, bool ok, Clock::time_point begun, std::string detail) {
        steps.push_back({std::move(name), ok,
                         std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun),
                         journal_.redact(detail)});
    };
    Clock::time_point begun = Clock::now();
    try {
        OptionProblem unresolved;
        const auto options = resolve_options(kafka_option_schema(), *options_, journal_.secrets(), unresolved);
        if (!options) throw std::runtime_error(unresolved.description);
        std::string trouble;
        KafkaClientSettings settings(*options);
        rd_kafka_conf_set_log_cb(settings.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
        rd_kafka_conf_set_opaque(settings.get(), &trouble);
        rd_kafka_conf_set_error_cb(settings.get(), [](rd_kafka_t*, int, const char* reason, void* text) {
            *static_cast<std::string*>(text) = reason;
        });
        const KafkaHandle client = std::move(settings).make(RD_KAFKA_PRODUCER);
        step("options", true, begun, "");
        begun = Clock::now();
        const std::unique_ptr<rd_kafka_topic_t, void (*)(rd_kafka_topic_t*)> topic(
            rd_kafka_topic_new(client.get(), options->topic.c_str(), nullptr), rd_kafka_topic_destroy);
        const rd_kafka_metadata_t* found = nullptr;
        const auto error = rd_kafka_metadata(client.get(), 0, topic.get(), &found, static_cast<int>(timeout.count()));
        rd_kafka_poll(client.get(), 0);
        const std::unique_ptr<const rd_kafka_metadata_t, void (*)(const rd_kafka_metadata_t*)> metadata(
            found, rd_kafka_metadata_destroy);
        step("connect", error == RD_KAFKA_RESP_ERR_NO_ERROR, begun,
             error == RD_KAFKA_RESP_ERR_NO_ERROR ? fmt::format("{} brokers", metadata->broker_cnt)
             : trouble.empty()                   ? error_text(error)
                                                 : trouble);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return steps;
        begun = Clock::now();
        const auto& known = metadata->topics[0];
        const bool there =
            metadata->topic_cnt == 1 && known.err == RD_KAFKA_RESP_ERR_NO_ERROR && known.partition_cnt > 0;
        step("topic", there, begun,
             there ? fmt::format("{} partitions", known.partition_cnt)
                   : fmt::format("topic \"{}\": {}", options->topic, error_text(known.err)));
    } catch (const std::exception& error) {
        step("options", false, begun, error.what());
    }
    return steps;
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
    // Asking brokers blocks, which no I/O thread may do.
    std::thread([self = implementation_, timeout, done = std::move(done)]() mutable {
        std::vector<ConnectionTestStep> steps = self->test(timeout);
        net::post(self->io(), [done = std::move(done), steps = std::move(steps)]() mutable { done(std::move(steps)); });
    }).detach();
}

}  // namespace laminar
