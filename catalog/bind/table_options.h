#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"

namespace laminar {

/// The options of a column: WITH (json_path = '...').
struct ColumnOptions : OptionSet {
    std::string json_path;
    std::string message_path;
    std::optional<TimeUnit> time_unit;
    std::string time_format;
};

/// What signs the messages of a webhook.
enum class WebhookHash : std::uint8_t { sha1, sha256, sha512 };

/// What a table asks of those who send it rows over HTTP and are no users: see server/http/rules/webhook_door.h, which
/// alone reads it. It has no part in what the table is.
struct WebhookOptions {
    std::string webhook_auth_token;   ///< Empty: none is asked for.
    std::string webhook_hmac_secret;  ///< The same.
    std::string webhook_hmac_header = "X-Hub-Signature-256";
    WebhookHash webhook_hmac_algorithm = WebhookHash::sha256;
    std::int64_t webhook_max_bytes = 1 << 20;  ///< Of a message, which takes as much memory before it is proven.
};

/// The options of CREATE TABLE, as they are declared.
struct DeclaredTableOptions : TableOptions, WebhookOptions {};

/// Those of a table that has been declared, as its statement has them. Nothing: it asks for nothing.
[[nodiscard]] std::optional<WebhookOptions> webhook_options(const TableObject& table);

/// CREATE TABLE ... WITH (...). Its sets are DeclaredTableOptions.
[[nodiscard]] const OptionSchema& table_option_schema();
/// Among options of CREATE TABLE the one of that name, which may be written by another of its names; null without one.
[[nodiscard]] const ast::Option* find_table_option(const std::vector<ast::Option>& options, std::string_view name);
/// A column's WITH (...).
[[nodiscard]] const OptionSchema& column_option_schema();
/// CREATE PIPELINE ... WITH (...).
[[nodiscard]] const OptionSchema& pipeline_option_schema();

}  // namespace laminar
