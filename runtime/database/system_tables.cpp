#include "runtime/database/system_tables.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

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

using Schema = SystemTableSchema;

/// What every connection knows of itself, by column.
std::map<std::string_view, FactValue> facts_of(const ConnectionObject& definition, const ConnectionStatus& status) {
    const auto number = [](std::uint64_t count) -> FactValue { return static_cast<std::int64_t>(count); };
    const auto text = [](std::string_view value) -> FactValue {
        return value.empty() ? FactValue() : FactValue(std::string(value));
    };
    const auto time = [](std::int64_t value) -> FactValue { return value == 0 ? FactValue() : FactValue(value); };
    const std::optional<std::int64_t> age = age_in_ms(status.last_message_at);
    return {{"connection_name", definition.name},
            {"connection_state", std::string(connection_state_name(status.state))},
            {"connected_since", time(status.connected_since)},
            {"messages_received", number(status.messages_received)},
            {"messages_sent", number(status.messages_sent)},
            {"bytes_received", number(status.bytes_received)},
            {"bytes_sent", number(status.bytes_sent)},
            {"reconnect_count", number(status.reconnect_count)},
            {"last_error", text(status.last_error)},
            {"connector", text(definition.connector->name)},
            {"endpoint", text(status.endpoint)},
            {"messages_dropped", number(status.messages_dropped)},
            {"messages_failed", number(status.messages_failed)},
            {"messages_unmatched", number(status.messages_unmatched)},
            {"pending_messages", number(status.pending_messages)},
            {"last_message_at", time(status.last_message_at)},
            {"state_reason", text(status.state_reason)},
            {"attempts", number(status.attempts)},
            {"next_attempt_at", time(status.next_attempt_at)},
            {"position", text(status.position)},
            {"last_message_age_ms", age ? FactValue(*age) : FactValue()},
            {"errors", number(status.errors)},
            {"errors_dropped", number(status.errors_dropped)},
            {"dead_letters", number(status.dead_letters)},
            {"messages_in_flight", number(status.messages_in_flight)},
            {"messages_acknowledged", number(status.messages_acknowledged)},
            {"messages_redelivered", number(status.messages_redelivered)},
            {"messages_maybe_lost", number(status.messages_maybe_lost)}};
}

/// Adds what connectors know: NULL, or 0, where it is another that the connection is of.
void add_details(std::map<std::string_view, FactValue>& facts, const SystemTableSources& sources,
                 const ConnectionObject& definition, const ConnectionStatus& status) {
    for (const ConnectorDescriptor& connector : sources.registry.all()) {
        for (std::size_t index = 0; index < connector.status_columns.size(); ++index) {
            const StatusColumn& column = connector.status_columns[index];
            FactValue value;
            if (connector.name == definition.connector->name && index < status.details.size())
                value = status.details[index];
            if (column.is_count && std::holds_alternative<std::monostate>(value)) value = std::int64_t{0};
            facts[column.column.name] = std::move(value);
        }
    }
}

ResultTable connections(const SystemTableSources& sources, const Schema& schema, std::vector<OutputColumn> columns) {
    std::map<std::string, ConnectionStatus> live;
    for (ConnectionStatus& status : sources.connections.statuses()) live[fold_case(status.name)] = std::move(status);
    ResultBuilder builder(std::move(columns));
    const std::shared_ptr<const Catalog> catalog = sources.catalog.snapshot();
    for (const CatalogObject* object : catalog->objects(ast::ObjectKind::connection)) {
        const auto& definition = std::get<ConnectionObject>(*object);
        if (!schema.connector.empty() && definition.connector->name != schema.connector) continue;
        const ConnectionStatus status = live[fold_case(definition.name)];
        auto facts = facts_of(definition, status);
        add_details(facts, sources, definition, status);
        std::vector<FactValue> row;
        for (const SystemTableColumn& column : schema.columns) row.push_back(facts.at(column.name));
        builder.add_facts(row);
    }
    return builder.take();
}

ResultTable of_connector(const SystemTableSources& sources, const Schema& schema, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    const std::shared_ptr<const Catalog> catalog = sources.catalog.snapshot();
    for (const CatalogObject* object : catalog->objects(ast::ObjectKind::connection)) {
        const auto& definition = std::get<ConnectionObject>(*object);
        if (definition.connector->name != schema.connector) continue;
        const std::shared_ptr<Connection> connection = sources.connections.find(definition.name);
        if (!connection) continue;
        for (std::vector<FactValue>& row : connection->system_rows(schema.name)) {
            row.insert(row.begin(), definition.name);
            builder.add_facts(row);
        }
    }
    return builder.take();
}

ResultTable connection_log(const SystemTableSources& sources, const Schema& /*schema*/,
                           std::vector<OutputColumn> columns) {
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

ResultTable connection_gaps(const SystemTableSources& sources, const Schema& /*schema*/,
                            std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (const ConnectionGap& gap : sources.connections.gaps().gaps())
        builder.add_row(gap.connection, gap.started_at, time_or_null(gap.ended_at), gap.reason, gap.attempts,
                        time_or_null(gap.last_message_at), text_or_null(gap.last_position), gap.resumed,
                        text_or_null(gap.next_position), gap.maybe_lost, text_or_null(gap.peer));
    return builder.take();
}

ResultTable dead_letters(const SystemTableSources& sources, const Schema& /*schema*/,
                         std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (DeadLetter& letter : sources.connections.dead_letters()) {
        const bool is_text = find_invalid_utf8(letter.data) == std::string_view::npos;
        builder.add_row(letter.connection_name, letter.timestamp, letter.error_type, letter.error_message,
                        text_or_null(letter.message_id), text_or_null(letter.peer), text_or_null(letter.remote_address),
                        time_or_null(letter.received_at), letter.message_size, std::uint64_t{letter.delivery_count},
                        is_text ? std::optional<std::string>(letter.data) : std::nullopt, letter.data);
    }
    return builder.take();
}

ResultTable pipelines(const SystemTableSources& sources, const Schema& /*schema*/, std::vector<OutputColumn> columns) {
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
        case TableStream::events:
            return "events";
    }
    return "messages";
}

ResultTable tables(const SystemTableSources& sources, const Schema& /*schema*/, std::vector<OutputColumn> columns) {
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

ResultTable connector_options(const SystemTableSources& sources, const Schema& /*schema*/,
                              std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    for (const ConnectorDescriptor& connector : sources.registry.all()) {
        for (const OptionDeclaration& option : connector.options->options())
            builder.add_row(connector.name, option.name, option_type_name(option.type),
                            text_or_null(option.default_text),
                            text_or_null(describe_requirement(*connector.options, option)), option.facts.help);
    }
    return builder.take();
}

ResultTable storage(const SystemTableSources& sources, const Schema& /*schema*/, std::vector<OutputColumn> columns) {
    ResultBuilder builder(std::move(columns));
    if (!sources.directory || !sources.recorder) return builder.take();
    const CommitMark mark = sources.recorder->mark();
    const LogContent& replayed = sources.directory->found().log;
    builder.add_row(sources.directory->path(), sources.recorder->database_bytes(), sources.recorder->log_bytes(),
                    mark.commits, time_or_null(mark.committed_at), time_or_null(mark.checkpointed_at),
                    replayed.committed_bytes, replayed.commits, replayed.rows, sources.directory->cut_bytes(),
                    sources.disk_space ? sources.disk_space->limit() : std::nullopt,
                    text_or_null(sources.disk_space ? sources.disk_space->problem() : std::string()));
    return builder.take();
}

using Reader = ResultTable (*)(const SystemTableSources&, const Schema&, std::vector<OutputColumn>);

Reader reader_of(const Schema& schema) {
    switch (schema.content) {
        case SystemTableContent::connections:
            return connections;
        case SystemTableContent::connection_log:
            return connection_log;
        case SystemTableContent::connection_gaps:
            return connection_gaps;
        case SystemTableContent::dead_letters:
            return dead_letters;
        case SystemTableContent::pipelines:
            return pipelines;
        case SystemTableContent::tables:
            return tables;
        case SystemTableContent::connector_options:
            return connector_options;
        case SystemTableContent::of_connector:
            break;
    }
    return schema.connector.empty() ? storage : of_connector;
}

}  // namespace

void register_system_tables(Engine& engine, const SystemTableSources& sources) {
    for (const SystemTableSchema& schema : sources.registry.system_tables()) {
        SystemTable table;
        table.name = schema.name;
        for (const SystemTableColumn& column : schema.columns)
            table.columns.push_back({std::string(column.name), column.type});
        table.rows = [sources, &schema, reader = reader_of(schema), columns = table.columns] {
            ResultTable rows = reader(sources, schema, columns);
            redact_texts(rows, sources.connections.secrets());
            return rows;
        };
        engine.register_system_table(std::move(table));
    }
}

}  // namespace laminar
