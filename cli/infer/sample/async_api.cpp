#include "cli/infer/sample/async_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/infer/sample/document_members.h"
#include "cli/infer/sample/document_references.h"
#include "cli/infer/sample/schema_examples.h"
#include "cli/infer/sample/yaml_document.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {
namespace {

constexpr std::size_t most_messages = 100;  ///< Of a channel.

template <class Visit>
void for_each_member(std::optional<std::string_view> object, Visit visit) {
    if (!object || !object->starts_with('{')) return;
    JsonMembers members(*object);
    std::string scratch;
    while (const auto each = members.next())
        visit(std::string(json_string_content(each->quoted_key, scratch)), each->value);
}

template <class Visit>
void for_each_element(std::optional<std::string_view> array, Visit visit) {
    if (!array || !array->starts_with('[')) return;
    JsonElements elements(*array);
    while (const auto each = elements.next()) visit(*each);
}

class AsyncApiReader {
public:
    explicit AsyncApiReader(std::string_view text) : text_(text), references_(text), examples_(references_) {}

    AsyncApiDocument read() {
        const std::string version = text_member(text_, "asyncapi");
        if (!version.starts_with("2.") && !version.starts_with("3.")) {
            document_.problem = "it is no AsyncAPI document of version 2 or 3";
            return std::move(document_);
        }
        is_3_ = version.starts_with('3');
        find_server();
        if (server_.empty()) {
            document_.problem = "it has no server with the protocol ws or wss";
            return std::move(document_);
        }
        if (is_3_) note_sent_messages();
        for_each_member(member(text_, "channels"), [&](const std::string& name, std::string_view channel) {
            add_channel(name, references_.dereferenced(channel));
        });
        if (examples_.is_exhausted())
            document_.problem = fmt::format("its schemas have more than {} parts, or examples of more than {} MiB",
                                            SchemaExamples::most_nodes, SchemaExamples::most_bytes >> 20U);
        else if (document_.channels.empty())
            document_.problem = "no channel has messages that a client receives";
        return std::move(document_);
    }

private:
    void find_server() {
        for_each_member(member(text_, "servers"), [&](const std::string&, std::string_view written) {
            const std::string_view server = references_.dereferenced(written);
            const std::string protocol = text_member(server, "protocol");
            if (!server_.empty() || (protocol != "ws" && protocol != "wss")) return;
            std::string address =
                is_3_ ? text_member(server, "host") + text_member(server, "pathname") : text_member(server, "url");
            for_each_member(member(server, "variables"), [&](const std::string& name, std::string_view variable) {
                replace_all(address, "{" + name + "}", text_member(references_.dereferenced(variable), "default"));
            });
            const std::size_t scheme = address.find("://");
            if (scheme != std::string::npos) address.erase(0, scheme + 3);
            while (address.ends_with('/')) address.pop_back();
            server_ = fmt::format("{}://{}", protocol, address);
        });
    }

    static void replace_all(std::string& text, const std::string& what, const std::string& with) {
        for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
            text.replace(at, what.size(), with);
    }

    /// Version 3: operations say which messages the described application sends.
    void note_sent_messages() {
        for_each_member(member(text_, "operations"), [&](const std::string&, std::string_view written) {
            const std::string_view operation = references_.dereferenced(written);
            if (text_member(operation, "action") != "send") return;
            std::size_t named = 0;
            for_each_element(member(operation, "messages"), [&](std::string_view message) {
                sent_.push_back(text_member(message, "$ref"));
                ++named;
            });
            if (named > 0) return;
            if (const auto channel = member(operation, "channel"))
                sent_.push_back(text_member(*channel, "$ref") + "/messages");
        });
    }

    void add_channel(const std::string& name, std::string_view channel) {
        AsyncApiChannel found;
        found.name = name;
        std::string address = is_3_ ? text_member(channel, "address") : name;
        for_each_member(member(channel, "parameters"), [&](const std::string& parameter, std::string_view written) {
            const std::string_view about = references_.dereferenced(written);
            std::string value = text_member(about, "default");
            if (value.empty()) value = parameter;
            replace_all(address, "{" + parameter + "}", value);
        });
        const std::string_view path = std::string_view(address).substr(address.starts_with('/') ? 1 : 0);
        found.endpoint = path.empty() ? server_ : fmt::format("{}/{}", server_, path);
        if (is_3_)
            add_messages_of_3(name, channel, found.messages);
        else
            add_messages_of_2(channel, found.messages);
        if (!found.messages.messages.empty()) document_.channels.push_back(std::move(found));
    }

    void add_messages_of_3(const std::string& channel_name, std::string_view channel, SampledMessages& messages) {
        for_each_member(member(channel, "messages"), [&](const std::string& name, std::string_view message) {
            const std::string all = fmt::format("#/channels/{}/messages", channel_name);
            const bool is_sent = sent_.empty() || std::find(sent_.begin(), sent_.end(), all) != sent_.end() ||
                                 std::find(sent_.begin(), sent_.end(), all + "/" + name) != sent_.end();
            if (is_sent) add_message(name, references_.dereferenced(message), messages);
        });
    }

    /// Version 2: who subscribes receives.
    void add_messages_of_2(std::string_view channel, SampledMessages& messages) {
        const auto operation = member(channel, "subscribe");
        if (!operation) return;
        const auto written = member(*operation, "message");
        if (!written) return;
        const std::string_view message = references_.dereferenced(*written);
        if (const auto alternatives = member(message, "oneOf")) {
            for_each_element(alternatives,
                             [&](std::string_view each) { add_message({}, references_.dereferenced(each), messages); });
        } else {
            add_message({}, message, messages);
        }
    }

    void add_message(const std::string& key, std::string_view message, SampledMessages& messages) {
        if (messages.groups.size() >= most_messages || examples_.is_exhausted()) return;
        std::string name = text_member(message, "name");
        if (name.empty()) name = text_member(message, "messageId");
        if (name.empty()) name = key;
        if (name.empty()) name = text_member(message, "title");
        if (name.empty()) name = "messages";
        const std::size_t group = messages.groups.size();
        const std::size_t before = messages.messages.size();
        for_each_element(member(message, "examples"), [&](std::string_view example) {
            if (const auto payload = member(example, "payload"))
                messages.messages.push_back({std::string(*payload), false, 0, group});
        });
        if (const auto payload = member(message, "payload")) {
            // Version 3 may wrap the schema in one that names its format.
            const auto wrapped = member(references_.dereferenced(*payload), "schema");
            for (std::string& example : examples_.of(wrapped ? *wrapped : *payload))
                messages.messages.push_back({std::move(example), false, 0, group});
        }
        if (messages.messages.size() > before) messages.groups.push_back(std::move(name));
    }

    const std::string_view text_;
    DocumentReferences references_;
    SchemaExamples examples_;
    bool is_3_ = false;
    std::string server_;
    std::vector<std::string> sent_;
    AsyncApiDocument document_;
};

}  // namespace

AsyncApiDocument read_async_api(const std::string& path, std::size_t limit) {
    AsyncApiDocument document;
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(limit + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        document.problem = std::error_code(errno, std::generic_category()).message();
        return document;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > limit) {
        document.problem = fmt::format("it is larger than {} bytes", limit);
        return document;
    }
    if (!is_json_value(text)) {
        std::optional<std::string> json = yaml_as_json(text, limit, document.problem);
        if (!json) return document;
        text = std::move(*json);
    }
    const std::size_t begin = skip_json_space(text, 0);
    if (begin == text.size() || text[begin] != '{') {
        document.problem = "it is no AsyncAPI document: neither a JSON object nor a map in YAML";
        return document;
    }
    return AsyncApiReader(std::string_view(text).substr(begin)).read();
}

}  // namespace laminar
