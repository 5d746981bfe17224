#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parser/ast/option.h"
#include "parser/ast/statement.h"

namespace laminar {

/// A feed to look at, as the user has named it.
struct FeedRequest {
    std::string endpoint;  ///< ws:// or wss://; empty: it is the file.
    std::string file;      ///< With recorded messages; empty: they come from the endpoint.
    std::string name;      ///< Of the connection; empty: found.
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<std::string> subscribe_messages;
    std::vector<ast::Option> options;  ///< Further ones of the connection.
};

/// CREATE CONNECTION for the feed, with everything as it was given.
[[nodiscard]] ast::CreateConnection connection_statement(const FeedRequest& request);

[[nodiscard]] ast::OptionValue text_value(std::string_view text);
[[nodiscard]] ast::Option make_option(std::string_view name, ast::OptionValue value);
/// Null where there is none of that name.
[[nodiscard]] ast::Option* find_option(ast::CreateConnection& create, std::string_view name);

/// A message that is JSON as JSON_OBJECT(...) or JSON_ARRAY(...), any other as a text.
[[nodiscard]] ast::OptionValue message_value(std::string_view message);

}  // namespace laminar
