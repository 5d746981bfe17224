#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "parser/text/ascii.h"
#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

/// The connection whose messages an input reads.
struct InputOrigin {
    std::string connection;
    StreamContent content;
    unsigned retries = 0;         ///< How often a row that cannot be processed is tried again.
    std::function<bool()> is_up;  ///< Empty: always.

    void set_retries(std::string_view of, unsigned number) {
        if (equals_ignoring_case(connection, of)) retries = number;
    }
};

}  // namespace laminar
