#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/infer/sample/document_references.h"

namespace laminar {

/// Values that the JSON Schemas of a document allow, as JSON. What a schema makes is bounded, and so is what all of
/// them do: some schemas describe values without end. Of one thread.
class SchemaExamples {
public:
    /// Borrowed.
    explicit SchemaExamples(DocumentReferences& references) : references_(references) {}

    /// One with all that the schema names, one for each of the values that it lists, and one with no more than is
    /// required: at least one, at most some thirty. What is deeper than a few levels, within itself, or beyond the
    /// bound is an empty object.
    [[nodiscard]] std::vector<std::string> of(std::string_view schema);

    /// Those of the document are more than are read: of others there is nothing.
    [[nodiscard]] bool is_exhausted() const noexcept { return nodes_ >= most_nodes || bytes_ >= most_bytes; }

    /// Of a document: parts of schemas, counting each use, and bytes of examples.
    static constexpr std::size_t most_nodes = 500'000;
    static constexpr std::size_t most_bytes = 64U << 20U;

private:
    DocumentReferences& references_;
    std::size_t nodes_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace laminar
