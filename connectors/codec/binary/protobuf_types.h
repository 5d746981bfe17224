#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/objects/message_layout.h"
#include "connectors/rows/message.h"

namespace google::protobuf {
class Descriptor;
}

namespace laminar {

/// Where the types of Protocol Buffers messages are declared, and which of them are meant.
struct ProtobufNames {
    std::string file;                  ///< A .proto file, or a FileDescriptorSet (protoc --descriptor_set_out).
    std::vector<std::string> folders;  ///< Where its imports are looked for; empty: in its own folder.
    std::string message;               ///< The full name of the type of messages that come.
    std::string sent_message;          ///< The same of those that are sent; empty: of the same type.
};

/// Why there are no such types.
struct ProtobufProblem {
    enum class Place : std::uint8_t { file, message, sent_message };
    Place place = Place::file;
    std::string message;
    std::string hint;
};

/// The types of the messages of a connection with format = 'protobuf', read and compiled once. Messages become the JSON
/// that they stand for, field by field as they are declared, and JSON becomes messages. Immutable; any thread.
class ProtobufTypes final : public MessageLayout {
public:
    /// Reads the files. Of what they import, google/protobuf/*.proto is known without a file.
    [[nodiscard]] static std::variant<std::shared_ptr<const ProtobufTypes>, ProtobufProblem> load(
        const ProtobufNames& names);
    ~ProtobufTypes() override;
    ProtobufTypes(const ProtobufTypes&) = delete;
    ProtobufTypes& operator=(const ProtobufTypes&) = delete;

    /// Appends a message that has come. Errors: invalid_protobuf, too_deep, too_large (its JSON has more than 64 MiB
    /// and six times its own bytes: a peer decides how often the fields of a type are written).
    [[nodiscard]] std::optional<MessageError> append_as_json(std::string_view payload, std::string& json) const;
    /// Makes a message to be sent of a JSON object. Returns why there is none, with the field: payload stays then.
    [[nodiscard]] std::optional<std::string> make_message(std::string& payload) const;

    [[nodiscard]] std::optional<Misfit> check(const Place& place, const ColumnType* type, bool coerce) const override;
    [[nodiscard]] std::optional<Misfit> check_sent(const std::string& name, const ColumnType& type) const override;

private:
    struct Pool;
    ProtobufTypes(std::unique_ptr<Pool> pool, const google::protobuf::Descriptor* received,
                  const google::protobuf::Descriptor* sent);

    std::unique_ptr<Pool> pool_;  ///< Owns the next two.
    const google::protobuf::Descriptor* received_;
    const google::protobuf::Descriptor* sent_;
};

}  // namespace laminar
