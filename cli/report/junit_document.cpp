#include "cli/report/junit_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace laminar {
namespace {

std::string escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '&') {
            result += "&amp;";
        } else if (c == '<') {
            result += "&lt;";
        } else if (c == '>') {
            result += "&gt;";
        } else if (c == '"') {
            result += "&quot;";
        } else if (byte < 0x20 && c != '\n' && c != '\t') {
            result += "\xEF\xBF\xBD";
        } else {
            result += c;
        }
    }
    return result;
}

/// Line feeds in attributes would be read as spaces.
std::string attribute(std::string_view text) {
    std::string result = escaped(text);
    for (std::size_t at = result.find('\n'); at != std::string::npos; at = result.find('\n', at)) {
        result.replace(at, 1, "&#10;");
    }
    return result;
}

void append_case(std::string& xml, const JunitCase& test) {
    fmt::format_to(std::back_inserter(xml), "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                   attribute(test.class_name), attribute(test.name), test.seconds);
    for (const auto& [element, message] : {std::pair("failure", &test.failure), std::pair("error", &test.error)}) {
        if (message->empty()) continue;
        fmt::format_to(std::back_inserter(xml), "      <{0} message=\"{1}\">{2}</{0}>\n", element, attribute(*message),
                       escaped(test.details));
    }
    if (!test.output.empty()) {
        fmt::format_to(std::back_inserter(xml), "      <system-out>{}</system-out>\n", escaped(test.output));
    }
    xml += "    </testcase>\n";
}

}  // namespace

std::string junit_document(std::string_view suite, const std::vector<JunitCase>& cases) {
    const auto failures =
        std::count_if(cases.begin(), cases.end(), [](const auto& test) { return !test.failure.empty(); });
    const auto errors = std::count_if(cases.begin(), cases.end(), [](const auto& test) { return !test.error.empty(); });
    double seconds = 0;
    for (const JunitCase& test : cases) seconds += test.seconds;
    const std::string counts = fmt::format("name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"",
                                           attribute(suite), cases.size(), failures, errors, seconds);
    std::string xml =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite {0}>\n", counts);
    for (const JunitCase& test : cases) append_case(xml, test);
    xml += "  </testsuite>\n</testsuites>\n";
    return xml;
}

}  // namespace laminar
