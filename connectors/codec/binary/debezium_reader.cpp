#include "connectors/codec/binary/debezium_reader.h"

#include <fmt/format.h>

#include "catalog/objects/change_row.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

/// The members of one change that matter.
struct Envelope {
    std::optional<std::string> op;
    std::string_view before;
    std::string_view after;
    std::string_view payload;
};

Envelope open_envelope(std::string_view object) {
    Envelope envelope;
    std::string scratch;
    JsonMembers members(object);
    while (const auto member = members.next()) {
        const std::string_view key = json_string_content(member->quoted_key, scratch);
        if (key == "op" && member->value.starts_with('"'))
            envelope.op = json_value_text(member->value);
        else if (key == "before")
            envelope.before = member->value;
        else if (key == "after")
            envelope.after = member->value;
        else if (key == "payload")
            envelope.payload = member->value;
    }
    return envelope;
}

std::optional<MessageError> refuse(std::string reason) {
    return MessageError{.type = "invalid_change", .message = std::move(reason)};
}

class ChangeWriter {
public:
    explicit ChangeWriter(std::string& json) : json_(json), begin_(json.size()) {}

    std::optional<MessageError> write(std::string_view value) {
        if (value == "null") return std::nullopt;
        if (!value.starts_with('{')) {
            copy(value);
            return std::nullopt;
        }
        const Envelope envelope = open_envelope(value);
        if (envelope.op) return write_change(value, envelope);
        // With the schema of Kafka Connect around it.
        if (envelope.payload.starts_with('{') && open_envelope(envelope.payload).op) return write(envelope.payload);
        if (envelope.payload == "null") return std::nullopt;
        copy(value);
        return std::nullopt;
    }

private:
    std::optional<MessageError> write_change(std::string_view object, const Envelope& envelope) {
        const std::string& op = *envelope.op;
        if (op == "m") return std::nullopt;
        if (op == "t") return refuse("a truncation (op = \"t\") says nothing of single rows, and is not applied");
        if (op != "c" && op != "r" && op != "u" && op != "d")
            return refuse(fmt::format("{} is no op of a change: c, r, u and d are", quote_excerpt(op)));
        const std::string_view row = op == "d" ? envelope.before : envelope.after;
        if (!row.starts_with('{'))
            return refuse(op == "d" ? std::string("a deletion (op = \"d\") has no row in \"before\": the source must "
                                                  "send at least the key of what is deleted")
                                    : fmt::format("a change (op = \"{}\") has no row in \"after\"", op));
        separate();
        json_.append("{\"").append(change_field).append("\":");
        json_.append(change_mark).append("\"").append(op).append("\"");
        append_members(row);
        append_members(object);
        return std::nullopt;
    }

    /// With a comma in front, and the bracket behind them.
    void append_members(std::string_view object) {
        std::size_t first = skip_json_space(object, 1);
        if (object[first] != '}') json_ += ',';
        json_.append(object.substr(first));
    }

    void copy(std::string_view value) {
        separate();
        json_ += value;
    }

    void separate() {
        if (json_.size() > begin_) json_ += '\n';
    }

    std::string& json_;
    std::size_t begin_;
};

}  // namespace

std::optional<MessageError> append_change_as_json(std::string_view payload, std::string& json) {
    // Whoever decodes it says what is wrong.
    if (!is_json(payload)) {
        json += payload;
        return std::nullopt;
    }
    ChangeWriter writer(json);
    for (std::size_t at = skip_json_space(payload, 0); at < payload.size(); at = skip_json_space(payload, at)) {
        const std::size_t end = end_of_json_value(payload, at);
        const std::string_view value = payload.substr(at, end - at);
        at = end;
        if (!value.starts_with('[')) {
            if (auto error = writer.write(value)) return error;
            continue;
        }
        JsonElements elements(value);
        while (const auto element = elements.next()) {
            if (auto error = writer.write(*element)) return error;
        }
    }
    return std::nullopt;
}

}  // namespace laminar
