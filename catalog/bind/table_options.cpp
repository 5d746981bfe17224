#include "catalog/bind/table_options.h"

#include <variant>

#include "catalog/validation/option_validator.h"

namespace laminar {

const OptionSchema& table_option_schema() {
    using Options = DeclaredTableOptions;
    static const OptionSchemaOf<Options> schema =
        OptionSchemaOf<Options>("a table")
            .add("connector", &Options::connector,
                 {.help = "Connection that the table is bound to; without it the table is a stored one.",
                  .example = "'my_connection'",
                  .absent = "a stored table",
                  .rule = TextRule::not_empty,
                  .aliases = {"connection"}})
            .add("accept", &Options::accept,
                 {.help = "Which messages are for the table, by values at paths or of metadata; all conditions must "
                          "hold. EXISTS: whatever is there; STARTS_WITH('...'): texts.",
                  .example = "MAP {'$.type': ['trade', 'quote']}",
                  .absent = "every message",
                  .applies_when = {{"stream", {"messages"}}},
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"},
                  .instead = "remove it, and compare fields of the records in a query"})
            .add("rows", &Options::rows,
                 {.help =
                      "Where the rows are within messages: '$.data[*]' for each element of data, '$' for the message.",
                  .example = "'$.data[*]'",
                  .absent = "each object, also of an array of objects",
                  .rule = TextRule::rows_path,
                  .applies_when = {{"stream", {"messages"}}},
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add_choice(
                "stream", &Options::stream,
                {{"messages", TableStream::messages},
                 {"errors", TableStream::errors},
                 {"dlq", TableStream::dead_letters},
                 {"events", TableStream::events}},
                {.help = "Which rows of the connection it shows.", .example = "'errors'", .needs = {"connector"}})
            .add_choice("mode", &Options::mode, {{"both", TableMode::both}, {"sink", TableMode::sink}},
                        {.help = "'sink': rows are only sent; what the connection receives is not read through it.",
                         .example = "'sink'",
                         .needs = {"connector"}})
            .add("include_metadata", &Options::include_metadata,
                 {.help = "Show the metadata columns in * too.",
                  .example = "true",
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add("retention", &Options::retention,
                 {.help = "How long rows are kept for ad-hoc queries; NULL for no limit. They take memory.",
                  .example = "INTERVAL '1 hour'",
                  .minimum = 0,
                  .none_is_value = true,
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add("retention_rows", &Options::retention_rows,
                 {.help = "How many rows are kept for ad-hoc queries; NULL for no limit. They take memory.",
                  .example = "100000",
                  .unit = "rows",
                  .minimum = 0,
                  .maximum = 1e12,
                  .none_is_value = true,
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add("retention_bytes", &Options::retention_bytes,
                 {.help = "How many bytes of rows are kept for ad-hoc queries, about; NULL for no limit. Of memory "
                          "they take about as much.",
                  .example = "100000000",
                  .unit = "bytes",
                  .minimum = 0,
                  .maximum = 1e15,
                  .none_is_value = true,
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add("event_time_field", &Options::event_time_field,
                 {.help = "Column that carries the time of the event.",
                  .example = "'timestamp'",
                  .absent = "the column of WATERMARK FOR, else the one a window names",
                  .rule = TextRule::not_empty,
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add("watermark_delay", &Options::watermark_delay,
                 {.help = "How much later than others an event may arrive. Larger: fewer late rows, for later answers "
                          "and more state.",
                  .example = "INTERVAL '5 seconds'",
                  .absent = "1 second",
                  .minimum = 0,
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add("watermark_idle_ms", &Options::watermark_idle,
                 {.help = "Silence after which time goes on without events. Larger: a pause is less often taken for "
                          "the end, and silent inputs hold others back for longer.",
                  .example = "10000",
                  .unit = "ms",
                  .minimum = 1,
                  .maximum = 86'400'000,
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add("coerce", &Options::coerce,
                 {.help = "Convert values of another JSON type, such as numbers in strings; what cannot be converted "
                          "is refused.",
                  .example = "true",
                  .effective_when = {{"mode", {"both"}}},
                  .needs = {"connector"}})
            .add_choice(
                "changelog", &Options::changelog,
                {{"none", Changelog::none},
                 {"full", Changelog::full},
                 {"upsert", Changelog::upsert},
                 {"debezium", Changelog::debezium}},
                {.help = "How rows are sent as changes, if they are: with _op for every change (+I, -U, +U, -D), "
                         "without -U, or as Debezium writes them.",
                 .example = "'upsert'",
                 .needs = {"connector"}})
            .add("repeat_on_connect", &Options::repeat_on_connect,
                 {.help = "Send the rows that were inserted again after every connect: of each PRIMARY KEY the latest, "
                          "without one all. They take memory.",
                  .example = "true",
                  .needs = {"connector"}})
            .add("webhook_auth_token", &Options::webhook_auth_token,
                 {.help = "Token with which others than users may send rows over HTTP (POST /api/v1/tables/NAME), as "
                          "Authorization: Bearer.",
                  .example = "'${secret:hook_token}'",
                  .absent = "users alone may",
                  .rule = TextRule::not_empty,
                  .secret = true,
                  .placeholders = {"secret"}})
            .add("webhook_hmac_secret", &Options::webhook_hmac_secret,
                 {.help = "Key with which others than users sign the rows they send over HTTP; with "
                          "webhook_auth_token they need both.",
                  .example = "'${secret:hook_key}'",
                  .absent = "no signature is needed",
                  .rule = TextRule::not_empty,
                  .secret = true,
                  .placeholders = {"secret"}})
            .add("webhook_hmac_header", &Options::webhook_hmac_header,
                 {.help = "Header with the signature: the HMAC of the body in hexadecimal or base64, with or without "
                          "the algorithm before it (sha256=...).",
                  .example = "'X-Signature'",
                  .rule = TextRule::token,
                  .needs = {"webhook_hmac_secret"}})
            .add_choice("webhook_hmac_algorithm", &Options::webhook_hmac_algorithm,
                        {{"sha1", WebhookHash::sha1}, {"sha256", WebhookHash::sha256}, {"sha512", WebhookHash::sha512}},
                        {.help = "Hash of the signature.", .example = "'sha256'", .needs = {"webhook_hmac_secret"}})
            .add("webhook_max_bytes", &Options::webhook_max_bytes,
                 {.help = "Size of what others than users may send at once; larger takes more memory before anything "
                          "is proven.",
                  .example = "65536",
                  .unit = "bytes",
                  .minimum = 1,
                  .maximum = 16.0 * (1 << 20)});
    return schema;
}

std::optional<WebhookOptions> webhook_options(const TableObject& table) {
    const auto* create = std::get_if<ast::CreateTable>(&table.statement.node);
    if (!create) return std::nullopt;
    // Beside them there may be those of a connection of its own. All have been found right when the table was made.
    std::vector<ast::Option> given;
    for (const std::string_view name : {"webhook_auth_token", "webhook_hmac_secret", "webhook_hmac_header",
                                        "webhook_hmac_algorithm", "webhook_max_bytes"})
        if (const ast::Option* option = find_table_option(create->options, name)) given.push_back(*option);
    if (given.empty()) return std::nullopt;
    Diagnostics ignored;
    const auto options = validate_option_set(table_option_schema(), create->name.span, given, ignored);
    if (!options) return std::nullopt;
    const auto& declared = static_cast<const DeclaredTableOptions&>(*options);
    if (declared.webhook_auth_token.empty() && declared.webhook_hmac_secret.empty()) return std::nullopt;
    return declared;
}

const OptionSchema& column_option_schema() {
    using Options = ColumnOptions;
    static const OptionSchemaOf<Options> schema =
        OptionSchemaOf<Options>("a column")
            .add("json_path", &Options::json_path,
                 {.help = "Where in the row the value is; '$' for all of it.",
                  .example = "'$.user.name'",
                  .absent = "the field of the column's name",
                  .rule = TextRule::json_place})
            .add("message_path", &Options::message_path,
                 {.help = "Where in the whole message the value is, for tables whose rows are within it (rows).",
                  .example = "'$.symbol'",
                  .absent = "it is in the row",
                  .rule = TextRule::json_place})
            .add_choice("time_unit", &Options::time_unit,
                        {{"s", TimeUnit::seconds},
                         {"ms", TimeUnit::milliseconds},
                         {"us", TimeUnit::microseconds},
                         {"ns", TimeUnit::nanoseconds}},
                        {.help = "What numbers of a timestamp count since the epoch.",
                         .example = "'ms'",
                         .absent = "each number tells by its size"})
            .add("time_format", &Options::time_format,
                 {.help = "How texts of a timestamp, date or time are written, with the letters of strptime.",
                  .example = "'%d.%m.%Y %H:%M:%S'",
                  .absent = "ISO 8601",
                  .rule = TextRule::time_format});
    return schema;
}

const OptionSchema& pipeline_option_schema() {
    static const OptionSchemaOf<PipelineOptions> schema =
        OptionSchemaOf<PipelineOptions>("a pipeline")
            .add(
                "state_limit", &PipelineOptions::state_limit,
                {.help =
                     "How many rows of state windows, joins and aggregates may keep, in memory; with more the pipeline "
                     "fails. NULL for no limit.",
                 .example = "1000000",
                 .unit = "rows",
                 .minimum = 1,
                 .maximum = 1e12,
                 .none_is_value = true})
            .add("max_latency", &PipelineOptions::max_latency,
                 {.help = "How long a row that it reads may wait for more; INTERVAL '0 seconds' is not at all. Of "
                          "several readers of a "
                          "stream the one who waits the shortest decides.",
                  .example = "INTERVAL '50 ms'",
                  .absent = "the setting max_latency",
                  .minimum = 0,
                  .maximum = 60'000'000});
    return schema;
}

const ast::Option* find_table_option(const std::vector<ast::Option>& options, std::string_view name) {
    for (const ast::Option& option : options) {
        const OptionDeclaration* declaration = table_option_schema().find(option.name.text);
        if (declaration != nullptr && declaration->name == name) return &option;
    }
    return nullptr;
}

}  // namespace laminar
