#pragma once

#include <map>
#include <string>
#include <string_view>

namespace laminar {

/// What references ("$ref": "#/a/b") of a valid JSON document lead to, each looked for once. The document must outlive
/// it. Of one thread.
class DocumentReferences {
public:
    explicit DocumentReferences(std::string_view document) : document_(document) {}

    /// The JSON that a pointer leads to; empty where there is none.
    [[nodiscard]] std::string_view resolve(const std::string& pointer);
    /// value, or what its member $ref stands for in the end; empty where that is nothing.
    [[nodiscard]] std::string_view dereferenced(std::string_view value);

private:
    const std::string_view document_;
    std::map<std::string, std::string_view> found_;
};

}  // namespace laminar
