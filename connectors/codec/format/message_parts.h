#pragma once

#include <cstddef>
#include <vector>

namespace laminar {

/// Values within a message, by the offsets at which they begin, in their order: elements of an array of rows, lines.
using MessageParts = std::vector<std::size_t>;

/// What of a message is for one of its readers.
struct MessageShare {
    bool any = true;
    bool all = true;
    MessageParts parts = {};  ///< Unless it is all, or none.
};

}  // namespace laminar
