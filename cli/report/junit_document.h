#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// One test of a JUnit report. At most one of failure and error says why it did not pass.
struct JunitCase {
    std::string class_name;
    std::string name;
    double seconds = 0;
    std::string failure = {};  ///< One line; empty when it passed.
    std::string error = {};    ///< One line: the test could not be carried out.
    std::string details = {};  ///< Of the failure or error, several lines.
    std::string output = {};   ///< system-out.
};

/// The XML document that CI servers read: one suite with all cases. Characters that XML cannot hold become U+FFFD.
[[nodiscard]] std::string junit_document(std::string_view suite, const std::vector<JunitCase>& cases);

}  // namespace laminar
