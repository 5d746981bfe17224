#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/flink/topics.h"
#include "runtime/plan/flink/values/casts.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

/// The same but for the precision of times.
bool is_same_shape(const ColumnType& one, const ColumnType& other) {
    if (is_timestamp(one.id) && is_timestamp(other.id)) return true;
    if (one.fields.empty() && other.fields.empty()) return one == other;
    return one.id == other.id && std::equal(one.fields.begin(), one.fields.end(), other.fields.begin(),
                                            other.fields.end(), [](const auto& left, const auto& right) {
                                                return left.name == right.name && is_same_shape(left.type, right.type);
                                            });
}

}  // namespace

std::string SinkTables::insert(const PipelineObject& pipeline, const TableObject* table, const Relation& relation,
                               Findings& findings) {
    const std::string object = table ? table->name : pipeline.name;
    struct Target {
        std::string name;
        ColumnType type;
        const Column* value = nullptr;  ///< Null: nothing is written to it.
    };
    std::vector<Target> targets;
    if (table && !table->columns.empty()) {
        for (const ColumnObject& column : table->columns) targets.push_back({column.name, column.type});
        for (std::size_t index = 0; index < relation.columns.size(); ++index) {
            const std::string name = pipeline.sink_columns.empty() ? (index < targets.size() ? targets[index].name : "")
                                                                   : pipeline.sink_columns.at(index);
            for (Target& target : targets) {
                if (equals_ignoring_case(target.name, name)) target.value = &relation.columns[index];
            }
        }
        for (std::size_t index = 0; index < targets.size(); ++index) {
            if (!targets[index].value && table->columns[index].default_value)
                findings.refuse(findings.place(),
                                fmt::format("the DEFAULT of \"{}\" is not exported", targets[index].name),
                                "name the value in the query");
        }
    } else {
        for (const Column& column : relation.columns)
            targets.push_back({column.name, topic_type_text(column.type) ? column.type : column.written, &column});
    }
    std::string columns;
    std::string values;
    std::vector<std::string> key;
    for (const Target& target : targets) {
        const auto type = topic_type_text(target.type);
        if (!type)
            findings.refuse(findings.place(), fmt::format("Flink has no type for {}, which \"{}\" of \"{}\" has",
                                                          to_sql(target.type), target.name, object));
        Written value{"NULL", TypeId::unknown};
        if (target.value) value = {quoted_name(target.value->name), target.value->written};
        const bool is_nested_alike = value.type.is_nested() && is_same_shape(value.type, target.type);
        if (value.type.id == TypeId::unknown || is_nested_alike || is_timestamp(target.type.id)) {
            if (is_timestamp(target.type.id) && value.type.id != TypeId::unknown)
                value = cast(std::move(value), target.type, CastStyle::strict, findings.place(), findings);
            value.text = fmt::format("CAST({} AS {})", value.text, *type);
        } else {
            value = cast(std::move(value), target.type, CastStyle::strict, findings.place(), findings);
        }
        values += fmt::format("{}{}", values.empty() ? "" : ", ", value.text);
        columns += fmt::format("{}  {} {}", columns.empty() ? "" : ",\n", quoted_name(target.name), *type);
        const bool is_key = target.value && std::find(relation.key.begin(), relation.key.end(), target.value->name) !=
                                                relation.key.end();
        if (is_key) key.push_back(target.name);
    }
    if (relation.changes) {
        if (key.size() < relation.key.size() || key.empty())
            findings.refuse(findings.place(),
                            "rows of this result are taken back, and no columns tell them apart in the topic",
                            "show the columns that it is grouped or partitioned by");
    } else {
        key.clear();
    }
    auto known = std::find_if(tables_.begin(), tables_.end(), [&](const Table& each) {
        return equals_ignoring_case(each.object, object) && each.key == key;
    });
    if (known == tables_.end()) {
        Table made{object, names_.add(object + "/sink"), key, columns};
        // What is sent over a connection, and what comes from it, are not the same rows.
        const bool is_read_as_well = table && !table->is_stored() && !table->only_sends();
        const std::string topic = topic_names_.add(is_read_as_well ? object + ".out" : object);
        std::string primary_key;
        std::vector<std::string> quoted;
        for (const std::string& each : key) quoted.push_back(quoted_name(each));
        if (!key.empty()) primary_key = fmt::format(",\n  PRIMARY KEY ({}) NOT ENFORCED", fmt::join(quoted, ", "));
        const std::string format = key.empty() ? "  'format' = 'json',\n  'json.timestamp-format.standard' = "
                                                 "'ISO-8601',\n  'json.encode.decimal-as-plain-number' = 'true'"
                                               : "  'key.format' = 'json',\n  'key.json.timestamp-format.standard' = "
                                                 "'ISO-8601',\n  'value.format' = 'json',\n"
                                                 "  'value.json.timestamp-format.standard' = 'ISO-8601',\n  "
                                                 "'value.json.encode.decimal-as-plain-number' = 'true'";
        statements_.push_back(
            fmt::format("CREATE TEMPORARY TABLE {} (\n{}{}\n) WITH (\n  'connector' = '{}',\n  'topic' = {},\n"
                        "  'properties.bootstrap.servers' = {},\n{}\n)",
                        quoted_name(made.name), columns, primary_key, key.empty() ? "kafka" : "upsert-kafka",
                        quoted_text(topic), quoted_text(bootstrap_servers_), format));
        topics_.push_back({topic, object, false, key});
        tables_.push_back(std::move(made));
        known = tables_.end() - 1;
    }
    return fmt::format("INSERT INTO {}\nSELECT {}\nFROM {}", quoted_name(known->name), values,
                       quoted_name(relation.name));
}

}  // namespace laminar::flink
