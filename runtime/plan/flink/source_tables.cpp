#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/objects/column_name.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/topics.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"
#include "runtime/plan/planned_query.h"

namespace laminar::flink {

namespace {

/// The event time as an attribute of Flink, beside the column that it comes from: that may be NULL, and is not.
constexpr const char* time_attribute = "laminar_time";
constexpr const char* topics_connection = "laminar_topics";
constexpr std::size_t longest_topic = 200;

bool has_time(const ColumnType& type) {
    return is_timestamp(type.id) ||
           std::any_of(type.fields.begin(), type.fields.end(), [](const auto& field) { return has_time(field.type); });
}

/// Whether its values come through a topic as they are.
bool passes(const ColumnType& type) {
    return type_text(type) && can_be_read(type) && !(type.is_nested() && has_time(type));
}

}  // namespace

std::string TopicNames::add(const std::string& wanted) {
    std::string name;
    for (const char c : wanted.substr(0, longest_topic))
        name += is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' ? c : '_';
    if (name.empty() || name == "." || name == "..") name = "rows";
    std::string unique = names_.add(name);
    std::replace(unique.begin(), unique.end(), ' ', '-');
    return unique;
}

std::optional<std::chrono::microseconds> SourceTables::delay_of(const TableObject& table) {
    const InputTime time = input_time(table);
    if (!time.watermark) return time.delay;
    const ast::Expression& watermark = without_parentheses(*time.watermark);
    const auto is_column = [&](const ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&without_parentheses(each).node);
        return reference && reference->parts.size() == 1 &&
               equals_ignoring_case(reference->parts.front().text, time.column);
    };
    if (is_column(watermark)) return std::chrono::microseconds(0);
    const auto* binary = std::get_if<ast::Binary>(&watermark.node);
    if (!binary || !binary->op.is(ast::OperatorKind::subtract) || !is_column(*binary->left) ||
        contains_column(*binary->right))
        return std::nullopt;
    return engine_.length_of(*binary->right);
}

SourceTables::EventTime SourceTables::time_of(const logical::Node& node, const TableObject& table,
                                              const logical::Plan& plan, std::size_t clocks, Findings& findings) {
    EventTime time;
    for (std::size_t index = 0; index < clocks; ++index) {
        const PlannedClock& clock = plan.clocks[index];
        const bool is_own = clock.scan == node.number &&
                            (clock.kind == PlannedClock::Kind::event_time || clock.kind == PlannedClock::Kind::arrival);
        if (!is_own) continue;
        if (clock.kind == PlannedClock::Kind::arrival)
            findings.refuse_missing(node.span, "the time of arrival at Laminar is no time in Flink",
                                    "declare an event time: WATERMARK FOR ts AS ts - INTERVAL '5 seconds'");
        if (!time.column.empty() && time.column != clock.column)
            findings.refuse(node.span,
                            fmt::format("a table of Flink has one event time, and this goes by \"{}\" and \"{}\"",
                                        time.column, clock.column),
                            "declare the one: WATERMARK FOR ts");
        const auto column = std::find_if(table.columns.begin(), table.columns.end(), [&](const ColumnObject& each) {
            return equals_ignoring_case(each.name, clock.column);
        });
        const auto delay = delay_of(table);
        if (column == table.columns.end() || !delay || delay->count() < 0 || delay->count() % 1000 != 0)
            findings.refuse(node.span, fmt::format("the watermark of \"{}\" has no equal in Flink", clock.column),
                            "WATERMARK FOR ts AS ts - INTERVAL '5 seconds' has one");
        if (!is_timestamp(column->type.id))
            findings.refuse(node.span,
                            fmt::format("an event time of Flink is a TIMESTAMP, and \"{}\" is {}", column->name,
                                        to_sql(column->type)),
                            "declare the column as TIMESTAMP");
        if (column->type.id == TypeId::timestamp && cut_.insert(fold_case(table.name + "." + column->name)).second)
            findings.warn(node.span,
                          fmt::format("event times of Flink have milliseconds: what \"{}\" has beyond them is cut off "
                                      "on the way into the topic",
                                      column->name),
                          "declare the column as TIMESTAMP_MS where nothing is lost");
        time = {column->name, *delay, clock.idle};
    }
    return time;
}

Relation SourceTables::scan(const logical::Node& node, const TableObject& table, const logical::Plan& plan,
                            std::size_t clocks, Findings& findings) {
    if (table.options.stream != TableStream::messages)
        findings.refuse_missing(
            node.span, fmt::format("the errors of a connection, which \"{}\" shows, stay with Laminar", table.name),
            "leave this pipeline to Laminar");
    const EventTime time = time_of(node, table, plan, clocks, findings);
    for (const Table& known : tables_) {
        const bool is_same = equals_ignoring_case(known.object, table.name) && known.time.column == time.column &&
                             known.time.delay == time.delay && known.time.idle == time.idle;
        if (is_same) return known.relation;
    }
    tables_.push_back({table.name, time, add(table, time, node.span, findings)});
    return tables_.back().relation;
}

SourceTables::Ingested& SourceTables::ingested(const TableObject& table) {
    for (Ingested& each : ingested_) {
        if (equals_ignoring_case(each.object, table.name)) return each;
    }
    Ingested made;
    made.object = table.name;
    made.topic = topic_names_.add(table.name);
    for (const ColumnObject& column : table.columns) {
        if (passes(column.type)) made.columns.push_back({column.name, column.type, column.type});
    }
    topics_.push_back({made.topic, table.name, true, {}});
    ingested_.push_back(std::move(made));
    return ingested_.back();
}

Relation SourceTables::add(const TableObject& table, const EventTime& time, SourceSpan span, const Findings& findings) {
    Ingested& ingest = ingested(table);
    Relation relation;
    relation.name = names_.add(table.name);
    const std::string topic_table = names_.add(table.name + "/topic");
    std::string columns;
    std::string shown;
    for (const ColumnObject& column : table.columns) {
        if (shown_column_name(column.name) != column.name)
            findings.refuse(span,
                            fmt::format("two columns of \"{}\" are called \"{}\" in another case", table.name,
                                        shown_column_name(column.name)),
                            "give one of them another name, and its place by json_path");
        Column known{column.name, column.type, column.type};
        if (!passes(column.type)) {
            known.has_type = false;
            relation.columns.push_back(std::move(known));
            continue;
        }
        const std::string name = quoted_name(column.name);
        const bool is_time = column.name == time.column;
        known.is_time = is_time;
        if (is_time) known.written = TypeId::timestamp_ms;
        columns += fmt::format("  {} {},\n", name, *topic_type_text(known.written));
        const std::string value = is_time ? quoted_name(time_attribute)
                                  : is_timestamp(column.type.id)
                                      ? fmt::format("CAST({} AS {})", name, *type_text(column.type))
                                      : name;
        shown += fmt::format("{}{} AS {}", shown.empty() ? "" : ", ", value, name);
        if (is_time) {
            for (Column& each : ingest.columns) each.is_time = each.is_time || each.name == column.name;
        }
        relation.columns.push_back(std::move(known));
    }
    std::string options;
    if (!time.column.empty()) {
        // In Flink nothing is to come that is not after the watermark, here nothing that is before it.
        const auto delay = interval_literal(time.delay + std::chrono::milliseconds(1));
        if (!delay) findings.refuse(span, "this delay of a watermark has no equal in Flink");
        columns += fmt::format(
            "  {0} AS COALESCE(CAST({1} AS TIMESTAMP(3)), CAST(TIMESTAMP '1970-01-01 00:00:00' AS TIMESTAMP(3))),\n  "
            "WATERMARK FOR {0} AS {0} - {2},\n",
            quoted_name(time_attribute), quoted_name(time.column), *delay);
        options =
            fmt::format("  'scan.watermark.emit.strategy' = 'on-event',\n  'scan.watermark.idle-timeout' = '{} ms',\n",
                        time.idle.count());
    }
    columns.erase(columns.find_last_of(','), 1);
    statements_.push_back(
        fmt::format("CREATE TEMPORARY TABLE {} (\n{}) WITH (\n  'connector' = 'kafka',\n  'topic' = {},\n  "
                    "'properties.bootstrap.servers' = {},\n"
                    "  'properties.group.id' = {},\n  'properties.auto.offset.reset' = 'earliest',\n  "
                    "'scan.startup.mode' = 'group-offsets',\n{}"
                    "  'format' = 'json',\n  'json.timestamp-format.standard' = 'ISO-8601'\n)",
                    quoted_name(topic_table), columns, quoted_text(ingest.topic), quoted_text(bootstrap_servers_),
                    quoted_text(fmt::format("laminar-{}-{}", ingest.topic, tables_.size() + 1)), options));
    statements_.push_back(
        fmt::format("CREATE TEMPORARY VIEW {} AS\nSELECT {}\nFROM {}{}", quoted_name(relation.name), shown,
                    quoted_name(topic_table),
                    time.column.empty() ? "" : fmt::format("\nWHERE {} IS NOT NULL", quoted_name(time.column))));
    return relation;
}

std::string SourceTables::ingest_script() const {
    std::string script = fmt::format("CREATE CONNECTION {} TO kafka (bootstrap_servers = {});\n", topics_connection,
                                     quote_string(bootstrap_servers_));
    for (const Ingested& table : ingested_) {
        const std::string topic_table = always_quote_identifier(table.object + ".topic");
        std::string columns;
        std::string values;
        for (const Column& column : table.columns) {
            const std::string name = always_quote_identifier(column.name);
            const bool is_time = is_timestamp(column.type.id);
            columns +=
                fmt::format("{}{} {}", columns.empty() ? "" : ", ", name, is_time ? "TEXT" : to_sql(column.type));
            const char* format = column.is_time ? "%Y-%m-%dT%H:%M:%S.%gZ" : "%Y-%m-%dT%H:%M:%S.%fZ";
            values += fmt::format("{}{}", values.empty() ? "" : ", ",
                                  is_time ? fmt::format("strftime({}, '{}')", name, format) : name);
        }
        script += fmt::format(
            "\nCREATE TABLE {} ({})\n    WITH (connector = '{}', topic = {}, format = 'json', mode = 'sink');\n",
            topic_table, columns, topics_connection, quote_string(table.topic));
        script += fmt::format("CREATE PIPELINE {} AS INSERT INTO {}\nSELECT {}\nFROM {};\n",
                              always_quote_identifier(table.object + ".ingest"), topic_table, values,
                              always_quote_identifier(table.object));
    }
    return script;
}

}  // namespace laminar::flink
