#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "connectors/codec/format/message_format.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// Makes the payloads of outgoing messages from rows. A row of one JSON, text or BLOB column goes out as its bare value
/// (NULL: empty, or null for JSON); any other row as a JSON object. With format json a text that is not itself a JSON
/// value becomes a JSON string, so that whoever expects JSON gets it. Not thread-safe.
class MessageEncoder {
public:
    /// The columns of the rows that follow, and which of them make up the payload.
    void set_columns(const std::vector<OutputColumn>& columns, const std::vector<std::size_t>& payload_columns,
                     MessageFormat format);

    /// Appends the payload of a row to out; columns has all columns given to set_columns. True when it is binary.
    bool encode(const std::vector<ColumnVector>& columns, std::size_t row, std::string& out) const;
    /// Appends the row as a JSON value on one line, whatever the format: a bare BLOB is a string.
    void encode_json(const std::vector<ColumnVector>& columns, std::size_t row, std::string& out) const;

private:
    struct Field {
        std::size_t column;
        std::string prefix;  ///< The name in quotes, with its colon and what separates it from the field before.
    };
    void append_object(const std::vector<ColumnVector>& columns, std::size_t row, std::string& out) const;

    std::vector<Field> fields_;
    bool is_bare_ = false;
    bool must_be_json_ = false;
};

}  // namespace laminar
