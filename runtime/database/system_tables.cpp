#include "runtime/database/system_tables.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "catalog/objects/system_table_schema.h"
#include "catalog/options/option_schema.h"
#include "connectors/rows/utc_clock.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"
#include "runtime/database/option_text.h"
#include "runtime/database/result_builder.h"
#include "runtime/database/result_redaction.h"

namespace laminar {

namespace {

std::optional<std::int64_t> age_in_ms(std::int64_t microseconds) {
    if (microseconds == 0) return std::nullopt;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::max<std::int64_t>(
        0,
        std::chrono::duration_cast<std::chrono::milliseconds>(now - std::chrono::microseconds(microseconds)).count());
}

/// Of one connector, or of all.
ResultTable connections_of(std::string_view connector, const SystemTableSources& sources,
                           std::vector<OutputColumn> columns) {
    std::map<std::string, ConnectionStatus> live;
    for (ConnectionStatus& status : sources.connections.statuses()) live[fold_case(status.name)] = std::move(status);
    ResultBuilder builder(std::move(columns));
    const std::shared_ptr<const Catalog> catalog = sources.catalog.snapshot();
    for (const CatalogObject* object : catalog->objects(ast::ObjectKind::connection)) {
        const auto& definition = std::get<ConnectionObject>(*object);
        if (!connector.empty() && definition.connector->name != connector) continue;
        ConnectionStatus status = live[fold_case(definition.name)];
        const std::optional<std::int64_t> port =
            status.port == 0 ? std::nullopt : std::optional<std::int64_t>(status.port);
        builder.add_row(definition.name, connection_state_name(status.state), time_or_null(status.connected_since),
                        status.messages_received, status.messages_sent, status.bytes_received, status.bytes_sent,
                        status.reconnect_count, text_or_null(status.last_error), definition.connector->name,
                        text_or_null(status.endpoint), port, status.clients, status.messages_dropped,
                        status.messages_failed, status.pending_messages, time_or_null(status.last_message_at),
                        text_or_null(status.state_reason), status.attempts, time_or_null(status.next_attempt_at),
                        text_or_null(status.subprotocol), text_or_null(status.position),
                        age_in_ms(status.last_message_at), status.errors, status.errors_dropped, status.dead_letters,
                        status.messages_in_flight, status.messages_acknowledged, status.messages_redelivered,
                        status.messages_maybe_lost);
    }
    return builder.take();
}

ResultTable connections(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    return connections_of({}, sources, std::move(columns));
}

ResultTable websocket_connections(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    return connections_of("websocket", sources, std::move(columns));
}

ResultTable websocket_clients(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    const std::shared_ptr<const Catalog> catalog = sources.catalog.snapshot();
    for (const CatalogObject* object : catalog->objects(ast::ObjectKind::connection)) {
        const std::string& name = std::get<ConnectionObject>(*object).name;
        const std::shared_ptr<Connection> connection = sources.connections.find(name);
        if (!connection) continue;
        for (const ClientStatus& client : connection->clients())
            builder.add_row(name, client.id, client.remote_address, time_or_null(client.connected_since),
                            text_or_null(client.tls_subject), text_or_null(client.subprotocol),
                            client.messages_received, client.messages_sent, client.bytes_received, client.bytes_sent,
                            client.queued_messages, client.messages_dropped, time_or_null(client.last_message_at));
    }
    return builder.take();
}

ResultTable websocket_logs(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (const ConnectionLogEntry& entry : sources.connections.log().entries())
        builder.add_row(entry.connection, entry.timestamp, entry.level, entry.event, entry.message);
    return builder.take();
}

std::optional<std::int64_t> watermark_of(const PipelineStatus& status) {
    if (!status.watermark.is_known() || status.watermark.is_finished()) return std::nullopt;
    return status.watermark.value();
}

std::optional<std::int64_t> lag_of(const PipelineStatus& status) {
    const auto watermark = watermark_of(status);
    if (!watermark) return std::nullopt;
    return (utc_now() - *watermark) / 1000;
}

ResultTable websocket_gaps(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (const ConnectionGap& gap : sources.connections.gaps().gaps())
        builder.add_row(gap.connection, gap.started_at, time_or_null(gap.ended_at), gap.reason, gap.attempts,
                        time_or_null(gap.last_message_at), text_or_null(gap.last_position), gap.resumed,
                        text_or_null(gap.next_position), gap.maybe_lost, text_or_null(gap.client_id));
    return builder.take();
}

ResultTable dead_letters(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (DeadLetter& letter : sources.connections.dead_letters()) {
        const bool is_text = find_invalid_utf8(letter.data) == std::string_view::npos;
        builder.add_row(letter.connection_name, letter.timestamp, letter.error_type, letter.error_message,
                        text_or_null(letter.message_id), text_or_null(letter.client_id),
                        text_or_null(letter.remote_address), time_or_null(letter.received_at), letter.message_size,
                        std::uint64_t{letter.delivery_count},
                        is_text ? std::optional<std::string>(letter.data) : std::nullopt, letter.data);
    }
    return builder.take();
}

ResultTable pipelines(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (const PipelineStatus& status : sources.graph.pipeline_statuses())
        builder.add_row(status.name, pipeline_state_name(status.state), text_or_null(status.sink), status.rows_in,
                        status.rows_out, status.failed_rows + status.undeliverable, text_or_null(status.last_error),
                        status.late_rows, status.state_rows, status.state_bytes, watermark_of(status), lag_of(status));
    return builder.take();
}

std::string_view stream_name(TableStream stream) {
    switch (stream) {
        case TableStream::messages:
            return "messages";
        case TableStream::errors:
            return "errors";
        case TableStream::dead_letters:
            return "dlq";
    }
    return "messages";
}

ResultTable tables(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    const std::shared_ptr<const Catalog> catalog = sources.catalog.snapshot();
    for (const CatalogObject* object : catalog->objects(ast::ObjectKind::table)) {
        const auto& table = std::get<TableObject>(*object);
        if (table.is_stored()) {
            builder.add_row(table.name, "stored", nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
            continue;
        }
        StreamInput* input = sources.graph.find_table(table.name);
        const RetainedTable* retained = input ? input->retained() : nullptr;
        const auto stream =
            table.only_sends() ? std::nullopt : std::optional<std::string_view>(stream_name(table.options.stream));
        builder.add_row(table.name, "stream", table.options.connector, stream,
                        retained ? retained->rows() : std::uint64_t{0}, input ? input->rows() : std::uint64_t{0},
                        retained ? retained->expired_rows() : std::uint64_t{0},
                        retained ? retained->bytes() : std::uint64_t{0});
    }
    return builder.take();
}

ResultTable connector_options(const SystemTableSources& sources, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (const ConnectorDescriptor& connector : sources.registry.all()) {
        for (const OptionDeclaration& option : connector.options->options())
            builder.add_row(connector.name, option.name, option_type_name(option.type),
                            text_or_null(option.default_text),
                            text_or_null(describe_requirement(*connector.options, option)), option.facts.help);
    }
    return builder.take();
}

using Reader = ResultTable (*)(const SystemTableSources&, std::vector<OutputColumn>);

Reader reader_of(std::string_view table) {
    if (table == "connections") return connections;
    if (table == "websocket_connections") return websocket_connections;
    if (table == "websocket_clients") return websocket_clients;
    if (table == "websocket_logs") return websocket_logs;
    if (table == "websocket_gaps") return websocket_gaps;
    if (table == "dead_letters") return dead_letters;
    if (table == "pipelines") return pipelines;
    if (table == "tables") return tables;
    if (table == "connector_options") return connector_options;
    throw std::logic_error("system table without a reader: " + std::string(table));
}

}  // namespace

void register_system_tables(Engine& engine, const SystemTableSources& sources) {
    for (const SystemTableSchema& schema : system_tables()) {
        SystemTable table;
        table.name = schema.name;
        for (const SystemTableColumn& column : schema.columns)
            table.columns.push_back({std::string(column.name), column.type});
        table.rows = [sources, reader = reader_of(schema.name), columns = table.columns] {
            ResultTable rows = reader(sources, columns);
            redact_texts(rows, sources.connections.secrets());
            return rows;
        };
        engine.register_system_table(std::move(table));
    }
}

}  // namespace laminar
