#pragma once

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/codec/binary/json_value_writer.h"
#include "connectors/rows/message.h"

namespace laminar {

/// Reads one message and writes its JSON, field by field as they are declared, without a document: what is remembered
/// is where the fields of the messages lie that are open. See ProtobufTypes. Of one thread.
class ProtobufReader {
public:
    ProtobufReader(std::string_view payload, std::string& json);

    [[nodiscard]] std::optional<MessageError> read(const google::protobuf::Descriptor& type);

private:
    using Field = google::protobuf::FieldDescriptor;
    using Type = google::protobuf::Descriptor;

    /// One field of a message, where it lies.
    struct Occurrence {
        const Field* field = nullptr;
        const char* at = nullptr;
        std::uint64_t number = 0;  ///< Of a varint or of fixed bytes.
        std::string_view bytes;    ///< Of what has a length, or a group.
        bool is_packed = false;    ///< The bytes are values, one after the other.
    };

    using Occurrences = std::vector<Occurrence>;

    bool read_message(const Type& type, std::string_view bytes);
    static void leave_latest(const Type& type, Occurrences& found);
    /// The fields of a message that its type knows, in the order of their declaration, each as often as it came.
    bool find_fields(const Type& type, std::string_view bytes, Occurrences& found);
    bool read_field(const Type& type, std::string_view bytes, std::size_t& at, Occurrences& found);
    bool take_value(int wire_type, std::string_view bytes, std::size_t& at, Occurrence& value);

    bool write_object(const Type& type, std::span<const Occurrence> fields);
    /// False in is_written: the type has no JSON of its own.
    bool write_well_known(const Type& type, std::span<const Occurrence> fields, bool& is_written);
    bool write_time(const Type& type, std::span<const Occurrence> fields);
    /// A field and what there is of it, which may be nothing.
    bool write_field(const Field& field, std::span<const Occurrence> values);
    bool write_list(const Field& field, std::span<const Occurrence> values);
    bool write_packed(const Occurrence& value, std::size_t& index);
    [[nodiscard]] static std::string key_text(const Field& type, const Occurrence* key);
    bool write_map(const Field& field, std::span<const Occurrence> entries);
    bool write_single(const Field& field, std::span<const Occurrence> values);
    bool write_one(const Occurrence& value);
    bool write_number(const Field& field, std::uint64_t number);
    bool write_default(const Field& field);

    bool fail(std::string_view reason, const char* at);
    bool check_size();

    std::string_view payload_;
    std::string& json_;
    JsonValueWriter writer_;
    std::size_t most_;
    std::size_t begin_;
    std::deque<std::string> merged_;  ///< Messages that came in parts.
    struct Step {
        const Field* field = nullptr;
        std::optional<std::size_t> index;
    };
    std::vector<Step> path_;  ///< Where the reader is.
    int depth_ = 0;
    std::optional<MessageError> error_;
};

}  // namespace laminar
