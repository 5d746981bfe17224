#include "cli/infer/table_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "catalog/options/clear_secrets.h"
#include "cli/infer/columns/row_place.h"
#include "cli/infer/columns/table_columns.h"
#include "cli/infer/columns/value_shape.h"
#include "cli/infer/feed_request.h"
#include "cli/terminal/count_text.h"
#include "connectors/codec/json/json_text.h"
#include "parser/ast/builders.h"
#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

using ast::OptionValue;

constexpr std::size_t longest_example = 160;
constexpr std::size_t longest_choices = 100;
constexpr std::int64_t longest_delay_seconds = 60;

OptionValue tag_option_value(const TagValue& value) {
    switch (value.kind) {
        case TagValue::Kind::text:
            break;
        case TagValue::Kind::number:
            return {{}, OptionValue::Number{value.text}};
        case TagValue::Kind::boolean:
            return {{}, OptionValue::Boolean{value.text == "true"}};
    }
    return text_value(value.text);
}

OptionValue condition_value(const KindCondition& condition) {
    if (condition.test == KindCondition::Test::exists) return {{}, OptionValue::Exists{}};
    if (condition.test == KindCondition::Test::begins_with)
        return {{}, OptionValue::TextStart{condition.values.front().text}};
    if (condition.values.size() == 1) return tag_option_value(condition.values.front());
    OptionValue::List list;
    for (const TagValue& value : condition.values) list.elements.push_back(tag_option_value(value));
    return {{}, std::move(list)};
}

ast::Identifier column_name(const FoundColumn& column) { return {column.name, column.is_quoted, {}}; }

/// at - INTERVAL '2 seconds'.
ast::WatermarkDefinition watermark(const FoundColumn& column) {
    const std::int64_t seen = column.type.times->most_out_of_order;
    const std::int64_t seconds = std::clamp<std::int64_t>((2 * seen + 999'999) / 1'000'000, 1, longest_delay_seconds);
    ast::IntervalLiteral delay;
    delay.value = make_string(fmt::format("{} second{}", seconds, seconds == 1 ? "" : "s"), {});
    ast::WatermarkDefinition watermark;
    watermark.column = column_name(column);
    ast::ColumnReference time;
    time.parts.push_back(column_name(column));
    watermark.expression = make_binary(ast::Expression{{}, std::move(time)}, ast::OperatorKind::subtract,
                                       ast::Expression{{}, std::move(delay)});
    return watermark;
}

std::string percent(double share) {
    const double percent = 100 * share;
    if (percent > 0 && percent < 1) return "less than 1 %";
    return fmt::format("{} %", static_cast<int>(std::floor(percent)));
}

std::string cut(std::string_view text, std::size_t longest) {
    if (text.size() <= longest) return std::string(text);
    while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0U) == 0x80U) --longest;
    return std::string(text.substr(0, longest)) + "...";
}

/// Appends a value without what its members call credentials, and without space; of long ones the beginning.
void append_example(std::string& example, std::string_view json, std::size_t depth) {
    constexpr std::size_t deepest = 8;
    if (example.size() > longest_example) return;
    const bool is_container = json.starts_with('{') || json.starts_with('[');
    if (!is_container || depth > deepest) {
        example += is_container ? std::string_view("...") : json;
        return;
    }
    std::string_view separator;
    if (json.starts_with('[')) {
        example += '[';
        JsonElements elements(json);
        while (const auto element = elements.next()) {
            example += std::exchange(separator, ",");
            append_example(example, *element, depth + 1);
        }
        example += ']';
        return;
    }
    example += '{';
    JsonMembers members(json);
    std::string scratch;
    while (const auto member = members.next()) {
        example += std::exchange(separator, ",");
        example += member->quoted_key;
        example += ':';
        if (names_credential(json_string_content(member->quoted_key, scratch)))
            example += "\"***\"";
        else
            append_example(example, member->value, depth + 1);
    }
    example += '}';
}

std::string column_remark(const FoundColumn& column) {
    std::string remark;
    if (column.share == 0) return "null in all rows";
    if (column.share < 1) remark = fmt::format("in {} of the rows", percent(column.share));
    const ScalarFacts& scalars = column.shape->scalars();
    if (column.is_secret || scalars.count() == 0) return remark;
    if (!remark.empty()) remark += ", ";
    if (2 * scalars.json_texts >= scalars.count())
        return remark + fmt::format("JSON in a text: {}::JSON ->> '$.name' reads it", quote_identifier(column.name));
    const bool is_choice = !scalars.has_more && scalars.distinct.size() > 1 && scalars.texts > 0 &&
                           scalars.texts >= 3 * scalars.distinct.size() && column.type.type.name == "TEXT";
    const std::string choices = fmt::format("one of {}", fmt::join(scalars.distinct, ", "));
    if (is_choice && choices.size() <= longest_choices) return remark + choices;
    return remark + fmt::format("such as {}", scalars.example);
}

class KindTable {
public:
    KindTable(const SampledMessages& sample, const std::vector<JsonValue>& values, const MessageKind& kind)
        : sample_(sample), values_(values), kind_(kind) {}

    FoundTable make(std::string_view connection, std::string_view name) {
        bool is_message = true;
        ValueShape::Budget budget;
        for (const std::size_t index : kind_.values) {
            const JsonValue& value = values_[index];
            is_message = is_message && value.place == ValuePlace::message;
            shape_.add(value.text, sample_.messages[value.message].received_at, budget);
        }
        place_ = kind_.takes_everything ? RowPlace{MessagePath{}, &shape_, {}} : find_row_place(shape_, is_message);
        found_ = find_columns(shape_, place_, kind_);
        table_.statement.name.text = name;
        table_.statement.has_column_list = true;
        add_columns();
        add_options(connection);
        add_remarks(is_message);
        return std::move(table_);
    }

private:
    void add_columns() {
        for (std::size_t index = 0; index < found_.columns.size(); ++index) {
            FoundColumn& column = found_.columns[index];
            ast::ColumnDefinition& definition = table_.statement.columns.emplace_back();
            definition.name = column_name(column);
            definition.type = column.type.type;
            definition.not_null = column.not_null;
            const std::pair<std::string_view, const std::string*> options[] = {
                {"json_path", &column.json_path},
                {"message_path", &column.message_path},
                {"time_unit", &column.type.time_unit},
                {"time_format", &column.type.time_format}};
            for (const auto& [option, value] : options) {
                if (!value->empty()) definition.options.push_back(make_option(option, text_value(*value)));
            }
            if (sample_.groups.empty())
                table_.column_remarks.push_back(column_remark(column));
            else
                table_.column_remarks.emplace_back(column.share < 1 ? "optional" : "");
        }
        if (found_.event_time) table_.statement.watermark = watermark(found_.columns[*found_.event_time]);
    }

    void add_options(std::string_view connection) {
        std::vector<ast::Option>& options = table_.statement.options;
        options.push_back(make_option("connector", text_value(connection)));
        if (place_.rows) options.push_back(make_option("rows", text_value(path_text(*place_.rows).value_or("$"))));
        std::vector<KindCondition> accept = kind_.accept;
        // The same messages; others that come some day are not errors then.
        if (accept.empty() && place_.rows && !place_.rows->empty()) {
            MessagePath list = *place_.rows;
            list.erase(std::find(list.begin(), list.end(), each_step()), list.end());
            if (!list.empty()) accept.push_back({KindCondition::Test::exists, path_text(list).value_or("$"), {}});
        }
        if (!accept.empty()) {
            OptionValue::Object map;
            for (const KindCondition& condition : accept)
                map.entries.push_back({text_value(condition.place), condition_value(condition)});
            options.push_back(make_option("accept", {{}, std::move(map)}));
        }
        if (found_.needs_coerce()) options.push_back(make_option("coerce", {{}, OptionValue::Boolean{true}}));
    }

    void add_remarks(bool is_message) {
        if (!sample_.groups.empty()) {
            table_.remarks.push_back(kind_.name);
        } else {
            remark_on_messages(is_message);
        }
        remark_on_columns();
    }

    void remark_on_messages(bool is_message) {
        const std::size_t count = kind_.values.size();
        const auto all = static_cast<std::size_t>(std::count_if(
            values_.begin(), values_.end(), [](const JsonValue& value) { return value.place != ValuePlace::list; }));
        const double share = static_cast<double>(count) / static_cast<double>(all);
        const double seconds = std::chrono::duration<double>(sample_.duration).count();
        const std::string rate =
            seconds >= 1 ? fmt::format(", {:.1f}/s", static_cast<double>(count) / seconds) : std::string();
        table_.remarks.push_back(fmt::format("{} of {} {} ({}{}), such as", grouped(count), grouped(all),
                                             is_message ? "messages" : "objects in messages", percent(share), rate));
        std::string example;
        append_example(example, values_[kind_.values.front()].text, 0);
        table_.remarks.push_back(cut(example, longest_example));
    }

    void remark_on_columns() {
        if (!found_.left_out.empty())
            table_.remarks.push_back(fmt::format("No column has {}.", fmt::join(found_.left_out, ", ")));
        if (!found_.event_time) {
            const bool has_times = std::any_of(found_.columns.begin(), found_.columns.end(),
                                               [](const FoundColumn& column) { return column.type.times != nullptr; });
            table_.remarks.emplace_back(has_times ? "No time that all rows have: windows go by their arrival."
                                                  : "No time: windows go by arrival.");
        }
    }

    const SampledMessages& sample_;
    const std::vector<JsonValue>& values_;
    const MessageKind& kind_;
    ValueShape shape_;
    RowPlace place_;
    FoundColumns found_;
    FoundTable table_;
};

}  // namespace

FoundTable table_of_kind(const SampledMessages& sample, const std::vector<JsonValue>& values, const MessageKind& kind,
                         std::string_view connection, std::string_view name) {
    return KindTable(sample, values, kind).make(connection, name);
}

FoundTable table_of_payloads(const SampledMessages& sample, bool binary, std::string_view connection) {
    FoundTable table;
    table.statement.name.text = "messages";
    table.statement.has_column_list = true;
    ast::ColumnDefinition& payload = table.statement.columns.emplace_back();
    payload.name.text = binary ? "data" : "message";
    payload.type = plain_type(binary ? "BLOB" : "TEXT");
    ast::ColumnDefinition& time = table.statement.columns.emplace_back();
    time.name.text = "received_at";
    time.type = plain_type("TIMESTAMP");
    table.statement.options.push_back(make_option("connector", text_value(connection)));
    table.remarks.push_back(fmt::format("{} that are {}{}", counted(sample.messages.size(), "message"),
                                        binary ? "bytes" : "text, such as", binary ? "." : ""));
    if (!binary) table.remarks.push_back(cut(sample.messages.front().payload, longest_example));
    return table;
}

}  // namespace laminar
