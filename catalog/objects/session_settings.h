#pragma once

#include <cstdint>
#include <string>

#include "catalog/options/option_schema.h"

namespace laminar {

/// What SET can change; SHOW SETTINGS lists it. They are settings of the engine under the same names: the session
/// passes a value on as it is, and NULL puts the engine's own back.
struct SessionSettings : OptionSet {
    std::string memory_limit;
    std::int64_t threads = 1;
};

[[nodiscard]] const OptionSchema& session_setting_schema();

}  // namespace laminar
