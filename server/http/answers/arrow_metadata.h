#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/objects/catalog_object.h"

namespace laminar::http {

// The messages of an Arrow IPC stream (format version 5) without what they carry: the flatbuffers that
// https://arrow.apache.org/docs/format/Columnar.html describes. Debian 12 has neither libarrow nor nanoarrow.

/// Of a record batch: how many values each field has, those that are null among them. Fields before those in them.
struct ArrowNode {
    std::int64_t length = 0;
    std::int64_t null_count = 0;
};
/// Where in the body a buffer is.
struct ArrowBuffer {
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

/// Whether values of a type are sent as texts: there is no type of Arrow that holds them all.
[[nodiscard]] bool is_arrow_text(const ColumnType& type) noexcept;

/// Each appends a message with what stands before it: a mark, its length, padding to 8 bytes.
void append_arrow_schema(std::string& out, const std::vector<OutputColumn>& columns);
/// The body, of body_length bytes, follows.
void append_arrow_batch(std::string& out, std::int64_t rows, const std::vector<ArrowNode>& nodes,
                        const std::vector<ArrowBuffer>& buffers, std::int64_t body_length);
void append_arrow_end(std::string& out);

}  // namespace laminar::http
