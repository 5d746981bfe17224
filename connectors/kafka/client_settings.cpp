#include "connectors/kafka/client_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace laminar {
namespace {

constexpr std::string_view secret_reference = "${secret:";

/// What this connector sets itself, or builds on: another value would break what it promises.
constexpr std::array own_settings{
    "bootstrap.servers",
    "metadata.broker.list",
    "group.id",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "auto.offset.reset",
    "enable.idempotence",
    "transactional.id",
    "compression.codec",
    "compression.type",
    "partitioner",
    "enable.partition.eof",
    "auto.commit.enable",
    "offset.store.method",
    "client.id",
    "partition.assignment.strategy",
    "acks",
    "request.required.acks",
    "enabled_events",
    "delivery.report.only.error",
    "log.queue",
};
/// Code that the client would load, commands that it would hand to a shell (those of Kerberos are parts of one),
/// signals, brokers of its own, and callbacks.
constexpr std::array forbidden_beginnings{
    "plugin.", "ssl.engine.", "ssl_engine",   "ssl.providers",      "sasl.kerberos.",
    "test.",   "internal.",   "interceptors", "default_topic_conf", "opaque"};
constexpr std::array allowed_of_kerberos{"sasl.kerberos.service.name", "sasl.kerberos.min.time.before.relogin"};

void check(rd_kafka_conf_res_t result, std::string_view text) {
    if (result != RD_KAFKA_CONF_OK) throw std::runtime_error(std::string(text));
}

}  // namespace

std::string refuse_client_setting(std::string_view name, std::string_view value) {
    if (std::find(own_settings.begin(), own_settings.end(), name) != own_settings.end())
        return fmt::format("\"{}\" is set by the connector, from options of its own", name);
    for (const std::string_view beginning : forbidden_beginnings) {
        if (name.starts_with(beginning) &&
            std::find(allowed_of_kerberos.begin(), allowed_of_kerberos.end(), name) == allowed_of_kerberos.end())
            return fmt::format("\"{}\" cannot be set", name);
    }
    const bool is_secret = value.find(secret_reference) != std::string_view::npos;
    if (!is_secret && (name.ends_with("password") || name.ends_with("secret") || name.ends_with(".pem")) &&
        name != "ssl.ca.pem" && name != "ssl.certificate.pem")
        return fmt::format("\"{}\" is a secret: write ${{secret:name}}", name);
    const std::unique_ptr<rd_kafka_conf_t, void (*)(rd_kafka_conf_t*)> settings(rd_kafka_conf_new(),
                                                                                rd_kafka_conf_destroy);
    std::array<char, 512> problem{};
    const std::string name_text(name);
    // A value that is not known yet still tells whether the name is.
    const auto result = rd_kafka_conf_set(settings.get(), name_text.c_str(), std::string(value).c_str(), problem.data(),
                                          problem.size());
    if (result == RD_KAFKA_CONF_UNKNOWN || (result == RD_KAFKA_CONF_INVALID && !is_secret)) return problem.data();
    return {};
}

KafkaClientSettings::KafkaClientSettings(const KafkaOptions& options) : settings_(rd_kafka_conf_new()) {
    set("bootstrap.servers", options.bootstrap_servers);
    set("client.id", "laminar");
    set("socket.timeout.ms", "10000");  // Instead of a minute: the end of a client waits for it.
    for (const auto& [name, value] : options.client_options) set(name.c_str(), value);
}

void KafkaClientSettings::set(const char* name, std::string_view value) {
    std::array<char, 512> problem{};
    check(rd_kafka_conf_set(settings_.get(), name, std::string(value).c_str(), problem.data(), problem.size()),
          problem.data());
}

KafkaHandle KafkaClientSettings::make(rd_kafka_type_t type) && {
    std::array<char, 512> problem{};
    KafkaHandle client(rd_kafka_new(type, settings_.get(), problem.data(), problem.size()));
    if (!client) throw std::runtime_error(problem.data());
    static_cast<void>(settings_.release());  // They are the client's now.
    return client;
}

}  // namespace laminar
