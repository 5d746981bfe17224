#pragma once

namespace laminar::logical {

/// The rows of both inputs.
struct UnionAll {
    bool by_name = false;  ///< Columns belong together by their names instead of their places.
};

}  // namespace laminar::logical
