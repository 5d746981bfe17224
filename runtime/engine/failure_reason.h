#pragma once

#include <exception>
#include <string>

namespace laminar {

/// What an exception says, of whatever type it is. For the places where a failure is put down to what it belongs to.
[[nodiscard]] inline std::string failure_reason(const std::exception_ptr& problem) {
    try {
        std::rethrow_exception(problem);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "for a reason that it does not tell";
    }
}

}  // namespace laminar
