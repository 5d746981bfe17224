#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <string_view>

#include "connectors/kafka/options.h"

namespace laminar {

struct KafkaHandleDeleter {
    /// Does not close a consumer: who wants that has done it.
    void operator()(rd_kafka_t* client) const noexcept {
        rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaHandleDeleter>;

struct KafkaListDeleter {
    void operator()(rd_kafka_topic_partition_list_t* list) const noexcept {
        rd_kafka_topic_partition_list_destroy(list);
    }
};
using KafkaPartitions = std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaListDeleter>;

struct KafkaQueueDeleter {
    void operator()(rd_kafka_queue_t* queue) const noexcept { rd_kafka_queue_destroy(queue); }
};
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaQueueDeleter>;

/// What a client of the brokers is made with. Of one thread.
class KafkaClientSettings {
public:
    /// The options that every client has; secrets have been resolved. Throws std::runtime_error for values that
    /// librdkafka does not take.
    explicit KafkaClientSettings(const KafkaOptions& options);

    void set(const char* name, std::string_view value);
    [[nodiscard]] rd_kafka_conf_t* get() const noexcept { return settings_.get(); }
    /// Throws std::runtime_error. What the callbacks were given must live as long as the client.
    [[nodiscard]] KafkaHandle make(rd_kafka_type_t type) &&;

private:
    struct Deleter {
        void operator()(rd_kafka_conf_t* settings) const noexcept { rd_kafka_conf_destroy(settings); }
    };
    std::unique_ptr<rd_kafka_conf_t, Deleter> settings_;
};

/// Why client_options cannot have that setting; empty: it can. value may hold ${secret:name}.
[[nodiscard]] std::string refuse_client_setting(std::string_view name, std::string_view value);

}  // namespace laminar
