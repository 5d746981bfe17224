#include "connectors/kafka/option_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "connectors/kafka/client_settings.h"
#include "connectors/kafka/options.h"

namespace laminar {
namespace {

/// What brokers allow in names of topics.
bool is_topic_name(std::string_view name) {
    return name.size() <= 249 && name != "." && name != ".." && std::all_of(name.begin(), name.end(), [](char each) {
               return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
                      each == '.' || each == '_' || each == '-';
           });
}

}  // namespace

const OptionSchema& kafka_option_schema() {
    using Options = KafkaOptions;
    const OptionCondition read{"mode", {"source", "cluster"}};
    const OptionCondition written{"mode", {"sink", "cluster"}};
    static const OptionSchemaOf<Options> schema = [&] {
        OptionSchemaOf<Options> declared("connector \"kafka\"", SecretsInTexts::are_replaced);
        declared
            .add("bootstrap_servers", &Options::bootstrap_servers,
                 {.help = "Brokers to ask first: HOST:PORT, several with commas.",
                  .example = "'kafka-1:9092,kafka-2:9092'",
                  .rule = TextRule::not_empty,
                  .required = true})
            .add("client_options", &Options::client_options,
                 {.help = "Settings of librdkafka by its names for them, for TLS, SASL and tuning. Secrets are written "
                          "as ${secret:name}.",
                  .example = "MAP {'security.protocol': 'sasl_ssl', 'sasl.mechanism': 'SCRAM-SHA-512', "
                             "'sasl.username': 'laminar', "
                             "'sasl.password': '${secret:kafka}'}",
                  .absent = "those of librdkafka"})
            .add_choice("mode", &Options::mode,
                        {{"cluster", KafkaMode::cluster}, {"source", KafkaMode::source}, {"sink", KafkaMode::sink}},
                        {.help = "Whether the topic is read or written; cluster: brokers alone, for tables that name a "
                                 "topic each. A topic "
                                 "without mode is read.",
                         .example = "'sink'",
                         .fixed_in_use = true})
            .add("topic", &Options::topic,
                 {.help = "The topic. It must be there, unless brokers make topics by themselves.",
                  .example = "'trades'",
                  .absent = "tables name it",
                  .rule = TextRule::not_empty,
                  .fixed_in_use = true})
            .add_choice("format", &Options::format,
                        {{"json", MessageFormat::json},
                         {"text", MessageFormat::text},
                         {"binary", MessageFormat::binary},
                         {"msgpack", MessageFormat::msgpack},
                         {"cbor", MessageFormat::cbor},
                         {"debezium_json", MessageFormat::debezium_json}},
                        {.help = "How the values of messages are read and written. msgpack and cbor are read as the "
                                 "JSON that they stand "
                                 "for; debezium_json are changes of rows.",
                         .example = "'json'",
                         .fixed_in_use = true})
            .add("group_id", &Options::group_id,
                 {.help = "The consumer group, whose members share the partitions and whose place the brokers keep.",
                  .example = "'laminar-trades'",
                  .absent = "no group: all partitions are read",
                  .rule = TextRule::not_empty,
                  .effective_when = {read}})
            .add("offset", &Options::offset,
                 {.help = "Where reading begins: 'latest', 'earliest', or 'group' for the place of the group, which is "
                          "'earliest' where it "
                          "has none.",
                  .example = "'earliest'",
                  .rule = TextRule::not_empty,
                  .effective_when = {read}})
            .add("partition", &Options::partition,
                 {.help = "The only partition that is read. With offset = 'earliest' and a data directory it goes on "
                          "where the rows of the "
                          "last commit end.",
                  .example = "0",
                  .absent = "all of them, or those that the group assigns",
                  .minimum = 0,
                  .maximum = 2'147'483'647,
                  .effective_when = {read}})
            .add("key_columns", &Options::key_columns,
                 {.help = "Columns that make the key of a message, by which its partition is chosen: of one the text, "
                          "of several an object of "
                          "them.",
                  .example = "'symbol'",
                  .absent = "messages have no key",
                  .rule = TextRule::not_empty,
                  .applies_when = {{"format", {"json"}}},
                  .effective_when = {written}})
            .add_choice(
                "compression", &Options::compression,
                {{"none", KafkaCompression::none},
                 {"gzip", KafkaCompression::gzip},
                 {"snappy", KafkaCompression::snappy},
                 {"lz4", KafkaCompression::lz4},
                 {"zstd", KafkaCompression::zstd}},
                {.help = "Of batches of messages that are written.", .example = "'lz4'", .effective_when = {written}})
            .add_choice("partitioner", &Options::partitioner,
                        {{"murmur2_random", KafkaPartitioner::murmur2_random},
                         {"murmur2", KafkaPartitioner::murmur2},
                         {"consistent_random", KafkaPartitioner::consistent_random},
                         {"consistent", KafkaPartitioner::consistent},
                         {"random", KafkaPartitioner::random}},
                        {.help = "How the key chooses the partition. murmur2 is that of Java's clients, consistent a "
                                 "CRC32; with _random "
                                 "messages without a key go anywhere.",
                         .example = "'consistent_random'",
                         .effective_when = {written}});
        return declared;
    }();
    return schema;
}

std::optional<OptionFinding> complete_kafka_options(ConnectorOptions& options) {
    auto& kafka = dynamic_cast<KafkaOptions&>(options);
    for (const auto& [name, value] : kafka.client_options) {
        if (std::string problem = refuse_client_setting(name, value); !problem.empty())
            return OptionFinding{"client_options", std::move(problem),
                                 "the names are those of librdkafka's CONFIGURATION.md"};
    }
    if (!kafka.topic.empty() && !is_topic_name(kafka.topic) && kafka.topic.find("${secret:") == std::string::npos)
        return OptionFinding{"topic", fmt::format("\"{}\" is no name of a topic", kafka.topic),
                             "letters, digits, '.', '_' and '-' are allowed, at most 249"};
    if (kafka.topic.empty()) {
        if (kafka.mode != KafkaMode::cluster)
            return OptionFinding{"mode", "option \"topic\" is missing", "name the topic that is read or written"};
    } else if (kafka.mode == KafkaMode::cluster) {
        kafka.mode = KafkaMode::source;
    }
    constexpr std::array offsets{"latest", "earliest", "group"};
    if (std::find(offsets.begin(), offsets.end(), kafka.offset) == offsets.end())
        return OptionFinding{"offset", fmt::format("'{}' is not allowed", kafka.offset),
                             "allowed are 'latest', 'earliest' and 'group'"};
    if (kafka.mode != KafkaMode::source) return std::nullopt;
    if (kafka.offset == "group" && kafka.group_id.empty())
        return OptionFinding{"offset", "option \"group_id\" is missing: without it there is no place of a group",
                             "name the group"};
    if (kafka.partition && !kafka.group_id.empty())
        return OptionFinding{"partition", "a group assigns its partitions itself", "leave out partition, or group_id"};
    return std::nullopt;
}

}  // namespace laminar
