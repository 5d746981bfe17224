#pragma once

namespace laminar {

/// Of any values: true. Calling it has them computed for a row, where nothing else asks for them.
inline constexpr const char* computable_function = "laminar_computable";

}  // namespace laminar
