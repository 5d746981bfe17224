#pragma once

#include <exception>
#include <string>

namespace laminar {

/// What an exception says about itself, also one that is none of the standard's.
[[nodiscard]] inline std::string exception_text(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "unknown exception";
    }
}

}  // namespace laminar
