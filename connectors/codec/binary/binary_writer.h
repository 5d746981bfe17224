#pragma once

#include <string>
#include <string_view>

namespace laminar {

// A JSON value in another format, as PayloadTranslator says. What is no JSON is a string of it.

[[nodiscard]] std::string msgpack_of_json(std::string_view json);
[[nodiscard]] std::string cbor_of_json(std::string_view json);

}  // namespace laminar
