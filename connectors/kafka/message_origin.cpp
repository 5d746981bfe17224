#include "connectors/kafka/message_origin.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/delivery/error_record.h"
#include "connectors/kafka/facts.h"
#include "parser/text/json_writer.h"

namespace laminar {
namespace {

constexpr std::size_t longest_text = 1u << 20;  ///< Of a key or header; brokers allow no larger message by default.
/// Milliseconds; a producer may write any number. The year 9999, which timestamps reach.
constexpr std::int64_t latest_time = 253'402'300'799'999;

std::string text_of(const void* data, std::size_t size) {
    return printable_payload({static_cast<const char*>(data), size}, longest_text);
}

/// Empty: it has none. Of several with one name the last counts, as an object has a name once.
std::string headers_of(const rd_kafka_message_t& message) {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    std::vector<std::pair<std::string, std::optional<std::string>>> found;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t index = 0;
         rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++index) {
        const std::string key = text_of(name, std::string_view(name).size());
        std::optional<std::string> text;
        if (value != nullptr) text = text_of(value, size);
        const auto same = std::find_if(found.begin(), found.end(), [&](const auto& each) { return each.first == key; });
        if (same != found.end())
            same->second = std::move(text);
        else
            found.emplace_back(key, std::move(text));
    }
    JsonWriter json;
    json.begin_object();
    for (const auto& [key, text] : found) {
        json.key(key);
        if (text)
            json.text(*text);
        else
            json.null();
    }
    json.end_object();
    return json.take();
}

}  // namespace

std::shared_ptr<const MessageOrigin> origin_of(const rd_kafka_message_t& message, const std::string& connection,
                                               const std::string& topic) {
    auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = connection;
    origin->facts.emplace_back(KafkaMetadata::topic, topic);
    origin->facts.emplace_back(KafkaMetadata::partition, std::int64_t{message.partition});
    origin->facts.emplace_back(KafkaMetadata::offset, message.offset);
    if (message.key != nullptr) origin->facts.emplace_back(KafkaMetadata::key, text_of(message.key, message.key_len));
    if (std::string headers = headers_of(message); !headers.empty())
        origin->facts.emplace_back(KafkaMetadata::headers, std::move(headers));
    rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    const std::int64_t at = rd_kafka_message_timestamp(&message, &kind);
    if (kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && at >= 0 && at <= latest_time)
        origin->facts.emplace_back(KafkaMetadata::timestamp, at * 1000);
    return origin;
}

}  // namespace laminar
