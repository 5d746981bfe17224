#include "server/http/answers/metrics_answer.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/rows/utc_clock.h"
#include "runtime/database/database_parts.h"
#include "runtime/flow/inputs/stream_input.h"
#include "server/http/answers/metric_families.h"

namespace laminar::http {

namespace {

using Labels = MetricFamilies::Labels;

constexpr double micros_per_second = 1e6;

double number(std::uint64_t count) { return static_cast<double>(count); }
double seconds(std::int64_t micros) { return static_cast<double>(micros) / micros_per_second; }

/// One series for each state, of which that of the state at hand is 1.
template <class State, std::size_t count>
void add_states(MetricFamilies& metrics, std::string_view name, std::string_view help, const Labels& labels,
                const std::array<State, count>& states, State at_hand, std::string_view (*name_of)(State) noexcept) {
    for (const State state : states) {
        Labels with_state = labels;
        with_state.emplace_back("state", name_of(state));
        metrics.gauge(name, help, with_state, state == at_hand ? 1 : 0);
    }
}

constexpr std::array connection_states{ConnectionState::idle,
                                       ConnectionState::connecting,
                                       ConnectionState::connected,
                                       ConnectionState::listening,
                                       ConnectionState::waiting_to_reconnect,
                                       ConnectionState::paused,
                                       ConnectionState::closing,
                                       ConnectionState::closed,
                                       ConnectionState::failed};
constexpr std::array pipeline_states{PipelineState::waiting_for_types, PipelineState::running, PipelineState::paused,
                                     PipelineState::failed};

/// A count that the status has, as a counter.
struct CountedField {
    std::string_view name;
    std::string_view help;
    std::uint64_t ConnectionStatus::*field;
};
constexpr std::array connection_counters{
    CountedField{"laminar_connection_received_messages_total", "Messages read", &ConnectionStatus::messages_received},
    CountedField{"laminar_connection_sent_messages_total", "Messages written", &ConnectionStatus::messages_sent},
    CountedField{"laminar_connection_received_bytes_total", "Payload bytes read", &ConnectionStatus::bytes_received},
    CountedField{"laminar_connection_sent_bytes_total", "Payload bytes written", &ConnectionStatus::bytes_sent},
    CountedField{"laminar_connection_dropped_messages_total", "Messages dropped because a buffer was full",
                 &ConnectionStatus::messages_dropped},
    CountedField{"laminar_connection_failed_messages_total", "Messages that could not be decoded or processed",
                 &ConnectionStatus::messages_failed},
    CountedField{"laminar_connection_unmatched_messages_total", "Messages that were for no table or pipeline",
                 &ConnectionStatus::messages_unmatched},
    CountedField{"laminar_connection_maybe_lost_messages_total",
                 "Messages sent of which nothing shows that the peer got them", &ConnectionStatus::messages_maybe_lost},
    CountedField{"laminar_connection_acknowledged_messages_total", "Acknowledgements sent to the peer",
                 &ConnectionStatus::messages_acknowledged},
    CountedField{"laminar_connection_redelivered_messages_total", "Deliveries after the first",
                 &ConnectionStatus::messages_redelivered},
    CountedField{"laminar_connection_dead_letters_total", "Messages kept as dead letters",
                 &ConnectionStatus::dead_letters},
    CountedField{"laminar_connection_errors_total", "Entries made in the errors stream", &ConnectionStatus::errors},
    CountedField{"laminar_connection_dropped_errors_total", "Entries that a table of the errors stream had no room for",
                 &ConnectionStatus::errors_dropped},
    CountedField{"laminar_connection_reconnects_total", "How often the connection was made again",
                 &ConnectionStatus::reconnect_count},
};

/// Of what only some connectors know, how many clients there are.
void add_clients(MetricFamilies& metrics, const ConnectorRegistry& registry, const ConnectionStatus& status,
                 const Labels& labels) {
    const ConnectorDescriptor* connector = registry.find(status.connector);
    if (!connector) return;
    for (std::size_t i = 0; i < connector->status_columns.size() && i < status.details.size(); ++i) {
        const auto* clients = std::get_if<std::int64_t>(&status.details[i]);
        if (connector->status_columns[i].column.name == "clients" && clients)
            metrics.gauge("laminar_connection_clients", "Clients connected to a server", labels,
                          static_cast<double>(*clients));
    }
}

void add_connections(MetricFamilies& metrics, const ConnectorRegistry& registry, const DatabaseStatus& database) {
    for (const ConnectionStatus& status : database.connections) {
        const Labels labels{{"connection", status.name}, {"connector", status.connector}};
        const bool is_up = status.state == ConnectionState::connected || status.state == ConnectionState::listening;
        metrics.gauge("laminar_connection_up", "Whether it is connected or listening", labels, is_up ? 1 : 0);
        add_states(metrics, "laminar_connection_state", "1 for the state that it is in", labels, connection_states,
                   status.state, connection_state_name);
        for (const CountedField& each : connection_counters)
            metrics.counter(each.name, each.help, labels, number(status.*each.field));
        metrics.gauge("laminar_connection_pending_messages", "Messages buffered and not processed yet", labels,
                      number(status.pending_messages));
        metrics.gauge("laminar_connection_in_flight_messages", "Messages delivered and not acknowledged yet", labels,
                      number(status.messages_in_flight));
        metrics.gauge("laminar_connection_reconnect_attempts", "Attempts to connect again since it was last stable",
                      labels, number(status.attempts));
        if (status.last_message_at != 0)
            metrics.gauge("laminar_connection_last_message_timestamp_seconds",
                          "When the latest message was read, since the epoch", labels, seconds(status.last_message_at));
        add_clients(metrics, registry, status, labels);
    }
}

struct TableCounts {
    std::string name;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::uint64_t received = 0;
    std::uint64_t expired = 0;
};

struct EngineFacts {
    std::vector<TableCounts> tables;
    std::vector<PipelineStatus> pipelines;
    std::uint64_t subscriptions = 0;
    std::uint64_t commits = 0;
    std::uint64_t memory = 0;  ///< Bytes, as the next.
    std::uint64_t spilled = 0;
    ResultTable storage;  ///< The rows of system.storage.
};

/// On the engine thread.
EngineFacts engine_facts(Engine& engine, StreamGraph& graph, const Catalog& catalog) {
    EngineFacts facts;
    for (const CatalogObject* object : catalog.objects(ast::ObjectKind::table)) {
        const auto& table = std::get<TableObject>(*object);
        StreamInput* input = graph.find_table(table.name);
        if (!input) continue;
        TableCounts& counts = facts.tables.emplace_back();
        counts.name = table.name;
        counts.received = input->rows();
        if (const RetainedTable* retained = input->retained()) {
            counts.rows = retained->rows();
            counts.bytes = retained->bytes();
            counts.expired = retained->expired_rows();
        }
    }
    facts.pipelines = graph.pipeline_statuses();
    // Each subscription has a name that no other will have: they are no labels.
    facts.subscriptions = std::erase_if(facts.pipelines, [&](const PipelineStatus& status) {
        return catalog.find_as<PipelineObject>(status.name) == nullptr;
    });
    facts.commits = graph.commits();
    const ResultTable memory = engine.query(
        "SELECT CAST(sum(memory_usage_bytes) AS UBIGINT), CAST(sum(temporary_storage_bytes) AS UBIGINT) FROM "
        "duckdb_memory()");
    if (memory.rows == 1 && memory.values[0].is_valid(0) && memory.values[1].is_valid(0)) {
        facts.memory = memory.values[0].values<std::uint64_t>()[0];
        facts.spilled = memory.values[1].values<std::uint64_t>()[0];
    }
    facts.storage = engine.system_rows("storage");
    return facts;
}

void add_tables(MetricFamilies& metrics, const EngineFacts& facts) {
    for (const TableCounts& table : facts.tables) {
        const Labels labels{{"table", table.name}};
        metrics.gauge("laminar_table_rows", "Rows retained now", labels, number(table.rows));
        metrics.gauge("laminar_table_bytes", "About how large the rows retained now are", labels, number(table.bytes));
        metrics.counter("laminar_table_received_rows_total", "Rows read", labels, number(table.received));
        metrics.counter("laminar_table_expired_rows_total", "Rows removed by retention", labels, number(table.expired));
    }
}

/// Of a data directory; nothing without one.
void add_storage(MetricFamilies& metrics, const ResultTable& storage) {
    if (storage.rows == 0) return;
    const auto value_of = [&](std::string_view name) -> std::optional<std::int64_t> {
        for (std::size_t index = 0; index < storage.columns.size(); ++index) {
            if (storage.columns[index].name == name && storage.values[index].is_valid(0))
                return storage.values[index].values<std::int64_t>()[0];
        }
        return std::nullopt;
    };
    const auto bytes = [&](std::string_view name) { return static_cast<double>(value_of(name).value_or(0)); };
    metrics.gauge("laminar_storage_database_bytes", "Size of the database of the data directory", {},
                  bytes("database_bytes"));
    metrics.gauge("laminar_storage_log_bytes", "Size of its log", {}, bytes("log_bytes"));
    metrics.counter("laminar_storage_commits_total", "Commits since the directory was made", {}, bytes("commits"));
    if (const auto at = value_of("last_commit"))
        metrics.gauge("laminar_storage_last_commit_timestamp_seconds",
                      "When something was last committed, since the epoch", {}, seconds(*at));
}

void add_pipelines(MetricFamilies& metrics, const EngineFacts& facts) {
    for (const PipelineStatus& status : facts.pipelines) {
        const Labels labels{{"pipeline", status.name}};
        add_states(metrics, "laminar_pipeline_state", "1 for the state that it is in", labels, pipeline_states,
                   status.state, pipeline_state_name);
        metrics.counter("laminar_pipeline_read_rows_total", "Rows read", labels, number(status.rows_in));
        metrics.counter("laminar_pipeline_produced_rows_total", "Rows produced", labels, number(status.rows_out));
        metrics.counter("laminar_pipeline_errors_total", "Rows or messages that failed", labels,
                        number(status.failed_rows + status.undeliverable));
        metrics.counter("laminar_pipeline_late_rows_total", "Rows left out because their window had passed", labels,
                        number(status.late_rows));
        metrics.gauge("laminar_pipeline_state_rows", "Rows that its operators keep", labels, number(status.state_rows));
        metrics.gauge("laminar_pipeline_state_bytes", "Their size, roughly", labels, number(status.state_bytes));
        metrics.histogram("laminar_pipeline_cycle_seconds",
                          "Time that the pipeline took of each cycle in which it had something to do", labels,
                          status.cycle_time);
        metrics.histogram(
            "laminar_pipeline_latency_seconds",
            "From when the oldest message of a cycle arrived to when what was made of it had been written", labels,
            status.latency);
        const std::optional<std::int64_t> watermark = status.watermark.value();
        if (!watermark || status.watermark.is_finished()) continue;
        metrics.gauge("laminar_pipeline_watermark_timestamp_seconds",
                      "Event time up to which its inputs are complete, since the epoch", labels, seconds(*watermark));
        metrics.gauge("laminar_pipeline_watermark_lag_seconds", "How far the watermark is behind the clock", labels,
                      seconds(utc_now() - *watermark));
    }
}

}  // namespace

Answer metrics_answer(const TaskContext& context, const Request& /*request*/, const Caller& /*caller*/,
                      Session& /*session*/) {
    DatabaseParts& parts = context.database.parts();
    const std::shared_ptr<const Catalog> catalog = context.database.catalog();
    const EngineFacts facts =
        parts.engine.call([&](Engine& engine) { return engine_facts(engine, parts.graph, *catalog); });
    const DatabaseStatus status = context.database.status();

    MetricFamilies metrics;
    metrics.gauge("laminar_build_info", "1; what was built", {{"version", context.settings.version}}, 1);
    add_connections(metrics, parts.registry, status);
    add_tables(metrics, facts);
    add_pipelines(metrics, facts);
    metrics.counter("laminar_read_rows_total", "Rows of tables and pipelines", {}, number(status.rows_in));
    metrics.counter("laminar_produced_rows_total", "Rows to sinks and subscribers", {}, number(status.rows_out));
    metrics.counter("laminar_subscriber_lost_rows_total", "Rows left out for subscribers that were too slow", {},
                    number(status.rows_left_out));
    metrics.gauge("laminar_subscriptions", "Subscriptions that go on", {}, number(facts.subscriptions));
    metrics.gauge("laminar_oldest_message_age_seconds", "How long the oldest message waits to be processed", {},
                  static_cast<double>(status.lag.count()) / 1e3);
    metrics.gauge("laminar_engine_memory_bytes", "Memory that the engine uses", {}, number(facts.memory));
    metrics.gauge("laminar_engine_spilled_bytes", "What the engine keeps on disk because memory is full", {},
                  number(facts.spilled));
    metrics.counter("laminar_engine_commits_total",
                    "Cycles in which tables and the state of pipelines were changed, and that was committed", {},
                    number(facts.commits));
    add_storage(metrics, facts.storage);
    add_process_metrics(metrics);
    return {{.content_type = "text/plain; version=0.0.4; charset=utf-8"}, metrics.text()};
}

}  // namespace laminar::http
