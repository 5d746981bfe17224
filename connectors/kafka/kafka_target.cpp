#include "connectors/kafka/kafka_target.h"

#include <fmt/format.h>

#include <atomic>
#include <stdexcept>
#include <utility>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/kafka/client_settings.h"
#include "connectors/local/queued_sink.h"

namespace laminar {
namespace {

constexpr int poll_milliseconds = 50;  ///< How late an interruption may be noticed.

const char* compression_name(KafkaCompression compression) {
    switch (compression) {
        case KafkaCompression::none:
            return "none";
        case KafkaCompression::gzip:
            return "gzip";
        case KafkaCompression::snappy:
            return "snappy";
        case KafkaCompression::lz4:
            return "lz4";
        case KafkaCompression::zstd:
            return "zstd";
    }
    return "none";
}

const char* partitioner_name(KafkaPartitioner partitioner) {
    switch (partitioner) {
        case KafkaPartitioner::murmur2_random:
            return "murmur2_random";
        case KafkaPartitioner::murmur2:
            return "murmur2";
        case KafkaPartitioner::consistent_random:
            return "consistent_random";
        case KafkaPartitioner::consistent:
            return "consistent";
        case KafkaPartitioner::random:
            return "random";
    }
    return "murmur2_random";
}

class KafkaTarget final : public MessageTarget {
public:
    KafkaTarget(std::shared_ptr<const KafkaOptions> options, std::string problem)
        : options_(std::move(options)), problem_(std::move(problem)) {}
    ~KafkaTarget() override { let_go(); }

    void open() override {
        client_ = make_client();
        rows_out_ = 0;
    }

    void write(const OutgoingMessage& message) override {
        const std::string& payload = *message.payload;
        const std::optional<std::string> key = key_of(payload);
        const char* const key_data = key ? key->data() : nullptr;
        const std::size_t key_size = key ? key->size() : 0;
        while (true) {
            const rd_kafka_resp_err_t error = rd_kafka_producev(
                client_.get(), RD_KAFKA_V_TOPIC(options_->topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                RD_KAFKA_V_VALUE(const_cast<char*>(payload.data()), payload.size()), RD_KAFKA_V_KEY(key_data, key_size),
                RD_KAFKA_V_END);
            if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
            if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
                rd_kafka_poll(client_.get(), 0);  // It may say more of it.
                give_up(describe(error));
            }
            rd_kafka_poll(client_.get(), poll_milliseconds);
            throw_if_failed();
        }
        rd_kafka_poll(client_.get(), 0);
        throw_if_failed();
    }

    void flush() override {
        while (rd_kafka_outq_len(client_.get()) > 0) {
            rd_kafka_flush(client_.get(), poll_milliseconds);
            throw_if_failed();
        }
        throw_if_failed();
    }

    void close() override {
        flush();
        client_.reset();
    }
    [[nodiscard]] std::uint64_t rows_out() const noexcept override { return rows_out_; }
    void interrupt() noexcept override { interrupted_.store(true); }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override {
        const auto begun = std::chrono::steady_clock::now();
        const auto elapsed = [&] {
            return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
        };
        if (!problem_.empty()) return {{"options", false, elapsed(), problem_}};
        try {
            KafkaClientSettings settings(*options_);
            return {{"options", true, elapsed(), "the brokers are asked when rows are written"}};
        } catch (const std::exception& error) {
            return {{"options", false, elapsed(), error.what()}};
        }
    }

private:
    KafkaHandle make_client() {
        if (!problem_.empty()) throw std::runtime_error(problem_);
        KafkaClientSettings settings(*options_);
        settings.set("enable.idempotence", "true");
        settings.set("compression.codec", compression_name(options_->compression));
        settings.set("partitioner", partitioner_name(options_->partitioner));
        rd_kafka_conf_set_opaque(settings.get(), this);
        rd_kafka_conf_set_dr_msg_cb(settings.get(), [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
            static_cast<KafkaTarget*>(self)->note_delivery(*message);
        });
        rd_kafka_conf_set_error_cb(settings.get(), [](rd_kafka_t*, int error, const char* reason, void* self) {
            static_cast<KafkaTarget*>(self)->last_trouble_ =
                fmt::format("{}: {}", rd_kafka_err2str(rd_kafka_resp_err_t(error)), reason);
        });
        // Otherwise it writes to standard error. What matters comes as errors and reports.
        rd_kafka_conf_set_log_cb(settings.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
        return std::move(settings).make(RD_KAFKA_PRODUCER);
    }

    /// From poll and flush: the sink's thread, as all that it touches.
    void note_delivery(const rd_kafka_message_t& message) {
        if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR)
            ++rows_out_;
        else if (failure_.empty())
            failure_ = describe(message.err);
    }

    [[nodiscard]] std::string describe(rd_kafka_resp_err_t error) const {
        return fmt::format("topic \"{}\": {}{}{}", options_->topic, rd_kafka_err2str(error),
                           last_trouble_.empty() ? "" : "; ", last_trouble_);
    }

    void throw_if_failed() {
        if (!failure_.empty()) give_up(failure_);
        if (interrupted_.load()) give_up("the brokers had not confirmed all messages in time");
    }

    /// Here, and not where the target is destroyed: ending a client waits for its threads.
    [[noreturn]] void give_up(const std::string& reason) {
        let_go();
        throw std::runtime_error(reason);
    }

    /// What is still under way is lost.
    void let_go() noexcept {
        if (client_)
            rd_kafka_purge(client_.get(),
                           RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
        client_.reset();
    }

    /// nullopt: the message has no key.
    [[nodiscard]] std::optional<std::string> key_of(std::string_view payload) const {
        if (options_->key_columns.empty()) return std::nullopt;
        const std::size_t begin = skip_json_space(payload, 0);
        if (begin == payload.size() || payload[begin] != '{')
            throw std::runtime_error("key_columns need rows with columns: a message is no object");
        std::vector<std::string_view> values(options_->key_columns.size());
        JsonMembers reader(payload.substr(begin));
        std::string scratch;
        while (const auto member = reader.next()) {
            const std::string_view name = json_string_content(member->quoted_key, scratch);
            for (std::size_t index = 0; index < values.size(); ++index) {
                if (name == options_->key_columns[index]) values[index] = member->value;
            }
        }
        for (std::size_t index = 0; index < values.size(); ++index) {
            if (values[index].data() == nullptr)
                throw std::runtime_error(fmt::format("the rows have no column \"{}\", which is one of key_columns",
                                                     options_->key_columns[index]));
        }
        if (values.size() == 1) {
            if (values[0] == "null") return std::nullopt;
            return std::string(values[0].starts_with('"') ? json_string_content(values[0], scratch) : values[0]);
        }
        std::string key = "{";
        for (std::size_t index = 0; index < values.size(); ++index) {
            if (index != 0) key += ',';
            append_json_quoted(key, options_->key_columns[index]);
            key += ':';
            key += values[index];
        }
        return key + '}';
    }

    const std::shared_ptr<const KafkaOptions> options_;
    const std::string problem_;  ///< Of the options; empty: none.
    std::uint64_t rows_out_ = 0;
    std::string failure_;       ///< Of the first message that did not arrive.
    std::string last_trouble_;  ///< What the client said of the brokers last.
    std::atomic<bool> interrupted_{false};
    KafkaHandle client_;  ///< Last: its callbacks use the others.
};

}  // namespace

std::unique_ptr<Connection> make_kafka_sink(const ConnectionObject& definition,
                                            std::shared_ptr<const KafkaOptions> options,
                                            const ConnectionContext& context) {
    OptionProblem problem;
    const auto resolved = resolve_options(*definition.connector->options, *options, context.secrets, problem);
    QueuedSink::Settings settings;
    settings.name = definition.name;
    settings.connector = definition.connector->name;
    settings.endpoint = fmt::format("{}/{}", options->bootstrap_servers, options->topic);
    settings.framing.format = options->format;
    settings.target =
        std::make_unique<KafkaTarget>(resolved ? resolved : options, resolved ? std::string() : problem.description);
    return std::make_unique<QueuedSink>(std::move(settings), context);
}

}  // namespace laminar
