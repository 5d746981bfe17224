#include "cli/infer/feed_request.h"

#include <algorithm>
#include <filesystem>
#include <variant>

#include "catalog/options/url.h"
#include "cli/infer/kinds/object_names.h"
#include "cli/scripts/text_trim.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using ast::OptionValue;

constexpr std::size_t deepest_message = 16;  ///< Deeper ones are texts.

std::size_t depth_of(std::string_view json) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    bool in_text = false;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (in_text && c == '\\') {
            ++at;
        } else if (c == '"') {
            in_text = !in_text;
        } else if (!in_text && (c == '{' || c == '[')) {
            deepest = std::max(deepest, ++depth);
        } else if (!in_text && (c == '}' || c == ']')) {
            --depth;
        }
    }
    return deepest;
}

OptionValue json_value(std::string_view json, bool is_root) {
    std::string scratch;
    if (json.starts_with('"')) return text_value(json_string_content(json, scratch));
    if (json == "null") return {{}, OptionValue::Null{}};
    if (json == "true" || json == "false") return {{}, OptionValue::Boolean{json == "true"}};
    if (json.starts_with('{')) {
        OptionValue::Object object;
        object.json = true;
        JsonMembers members(json);
        while (const auto member = members.next())
            object.entries.push_back(
                {text_value(json_string_content(member->quoted_key, scratch)), json_value(member->value, false)});
        return {{}, std::move(object)};
    }
    if (json.starts_with('[')) {
        OptionValue::List list;
        list.json = is_root;  // A list would be several messages.
        JsonElements elements(json);
        while (const auto element = elements.next()) list.elements.push_back(json_value(*element, false));
        return {{}, std::move(list)};
    }
    return {{}, OptionValue::Number{std::string(json)}};
}

std::string found_name(const FeedRequest& request) {
    if (!request.name.empty()) return request.name;
    if (request.endpoint.empty()) return snake_case_name(std::filesystem::path(request.file).stem().string());
    const auto url = parse_websocket_url(request.endpoint);
    const auto* parsed = std::get_if<WebSocketUrl>(&url);
    return parsed ? connection_name_of_host(parsed->host) : "feed";
}

}  // namespace

OptionValue text_value(std::string_view text) { return {{}, OptionValue::String{std::string(text)}}; }

ast::Option make_option(std::string_view name, OptionValue value) {
    ast::Option option;
    option.name.text = name;
    option.value = std::move(value);
    return option;
}

ast::Option* find_option(ast::CreateConnection& create, std::string_view name) {
    const auto found = std::find_if(create.options.begin(), create.options.end(), [&](const ast::Option& option) {
        return equals_ignoring_case(option.name.text, name);
    });
    return found == create.options.end() ? nullptr : &*found;
}

OptionValue message_value(std::string_view message) {
    const std::string_view json = trimmed(message);
    const bool is_container = json.starts_with('{') || json.starts_with('[');
    if (!is_container || !is_json_value(json) || depth_of(json) > deepest_message) return text_value(message);
    return json_value(json, true);
}

ast::CreateConnection connection_statement(const FeedRequest& request) {
    ast::CreateConnection create;
    create.name.text = found_name(request);
    create.connector.text = request.endpoint.empty() ? "file" : "websocket";
    if (request.endpoint.empty()) {
        create.options.push_back(make_option("path", text_value(request.file)));
        create.options.push_back(make_option("format", text_value("json")));
        return create;
    }
    create.options.push_back(make_option("mode", text_value("client")));
    create.options.push_back(make_option("endpoint", text_value(request.endpoint)));
    create.options.push_back(make_option("format", text_value("json")));
    if (!request.headers.empty()) {
        OptionValue::Object headers;
        for (const auto& [name, value] : request.headers)
            headers.entries.push_back({text_value(name), text_value(value)});
        create.options.push_back(make_option("headers", {{}, std::move(headers)}));
    }
    if (request.subscribe_messages.size() == 1) {
        create.options.push_back(make_option("subscribe_message", message_value(request.subscribe_messages.front())));
    } else if (!request.subscribe_messages.empty()) {
        OptionValue::List messages;
        for (const std::string& message : request.subscribe_messages)
            messages.elements.push_back(message_value(message));
        create.options.push_back(make_option("subscribe_message", {{}, std::move(messages)}));
    }
    for (const ast::Option& option : request.options) {
        if (ast::Option* known = find_option(create, option.name.text))
            *known = option;
        else
            create.options.push_back(option);
    }
    return create;
}

}  // namespace laminar
