#include "connectors/kafka/broker_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "connectors/delivery/resolved_options.h"
#include "connectors/kafka/client_settings.h"
#include "connectors/kafka/option_schema.h"

namespace laminar {
namespace {

using Clock = std::chrono::steady_clock;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, void (*)(const rd_kafka_metadata_t*)>;

constexpr std::chrono::milliseconds attempt{500};  ///< How late the end is noticed.

/// Null: no broker answered; error says why.
Metadata ask(rd_kafka_t* client, const std::string& topic_name, Clock::time_point limit,
             const std::atomic<bool>& stopped, rd_kafka_resp_err_t& error) {
    const std::unique_ptr<rd_kafka_topic_t, void (*)(rd_kafka_topic_t*)> topic(
        rd_kafka_topic_new(client, topic_name.c_str(), nullptr), rd_kafka_topic_destroy);
    const rd_kafka_metadata_t* found = nullptr;
    do {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now());
        error = rd_kafka_metadata(client, 0, topic.get(), &found,
                                  static_cast<int>(std::clamp(left, std::chrono::milliseconds{1}, attempt).count()));
        rd_kafka_poll(client, 0);
    } while (error != RD_KAFKA_RESP_ERR_NO_ERROR && !stopped.load() && Clock::now() < limit);
    return {found, rd_kafka_metadata_destroy};
}

}  // namespace

std::vector<ConnectionTestStep> probe_brokers(const KafkaOptions& options, const ConnectionJournal& journal,
                                              std::chrono::milliseconds timeout, const std::atomic<bool>& stopped) {
    std::vector<ConnectionTestStep> steps;
    Clock::time_point begun = Clock::now();
    const Clock::time_point limit = begun + timeout;
    const auto step = [&](std::string name, bool ok, const std::string& detail) {
        steps.push_back({std::move(name), ok,
                         std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun),
                         journal.redact(detail)});
        begun = Clock::now();
    };
    try {
        OptionProblem unresolved;
        const auto resolved = resolve_options(kafka_option_schema(), options, journal.secrets(), unresolved);
        if (!resolved) throw std::runtime_error(unresolved.description);
        std::string trouble;
        KafkaClientSettings settings(*resolved);
        rd_kafka_conf_set_log_cb(settings.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
        rd_kafka_conf_set_opaque(settings.get(), &trouble);
        rd_kafka_conf_set_error_cb(settings.get(), [](rd_kafka_t*, int, const char* reason, void* text) {
            *static_cast<std::string*>(text) = reason;
        });
        const KafkaHandle client = std::move(settings).make(RD_KAFKA_PRODUCER);
        step("options", true, "");
        rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
        const Metadata metadata = ask(client.get(), resolved->topic, limit, stopped, error);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR || !metadata) {
            step("connect", false, trouble.empty() ? rd_kafka_err2str(error) : trouble);
            return steps;
        }
        step("connect", true, fmt::format("{} brokers", metadata->broker_cnt));
        const rd_kafka_metadata_topic_t* known = metadata->topic_cnt == 1 ? &metadata->topics[0] : nullptr;
        const bool there = known != nullptr && known->err == RD_KAFKA_RESP_ERR_NO_ERROR && known->partition_cnt > 0;
        step("topic", there,
             there ? fmt::format("{} partitions", known->partition_cnt)
                   : fmt::format("topic \"{}\": {}", resolved->topic,
                                 known == nullptr ? "the brokers do not tell of it" : rd_kafka_err2str(known->err)));
    } catch (const std::exception& error) {
        step("options", false, error.what());
    }
    return steps;
}

void BackgroundProbes::start(std::function<void(const std::atomic<bool>& stopped)> probe) {
    const MutexLock lock(mutex_);
    if (stopped_.load()) return;
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (!entry->ended.load()) {
            ++entry;
            continue;
        }
        entry->thread.join();
        entry = entries_.erase(entry);
    }
    Entry& entry = entries_.emplace_back();
    entry.thread = std::thread([this, &entry, probe = std::move(probe)] {
        probe(stopped_);
        entry.ended.store(true);
    });
}

void BackgroundProbes::stop() {
    stopped_.store(true);
    const MutexLock lock(mutex_);
    for (Entry& entry : entries_) entry.thread.join();
    entries_.clear();
}

}  // namespace laminar
