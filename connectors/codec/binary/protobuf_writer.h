#pragma once

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Writes a message of a JSON object, whose members are fields by name. See ProtobufTypes. Of one thread.
class ProtobufWriter {
public:
    using Field = google::protobuf::FieldDescriptor;
    using Type = google::protobuf::Descriptor;

    /// The field that a name means: spelled so, as its JSON name, or else in another case; null when there is none.
    [[nodiscard]] static const Field* find_field(const Type& type, std::string_view name);

    /// Appends the message. json: valid. False with problem().
    [[nodiscard]] bool write(const Type& type, std::string_view json, std::string& out);
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    bool write_object(const Type& type, std::string_view json, std::string& out);
    bool check_whole(const Type& type, const std::vector<const Field*>& written);
    /// Of types with a JSON of their own; false in is_written for others.
    bool write_well_known(const Type& type, std::string_view json, std::string& out, bool& is_written);
    bool write_timestamp(std::string_view json, std::string& out);
    bool write_duration(std::string_view json, std::string& out);
    bool write_any_value(const Type& type, std::string_view json, std::string& out);

    bool write_field(const Field& field, std::string_view json, std::string& out);
    bool write_list(const Field& field, std::string_view json, std::string& out);
    bool write_map(const Field& field, std::string_view json, std::string& out);
    bool write_entry(const Field& field, std::string_view key, std::string_view value, std::string& out);
    /// With the field's tag.
    bool write_one(const Field& field, std::string_view json, std::string& out);
    bool write_scalar(const Field& field, std::string_view json, std::string& out);
    bool write_integer(const Field& field, std::string_view json, std::string& out);
    bool write_enum(const Field& field, std::string_view json, std::string& out);
    bool refuse(std::string_view json, const std::string& expected);
    bool fail(const std::string& reason);

    std::vector<std::string> path_;
    std::string problem_;
};

}  // namespace laminar
