#include "connectors/net/http_head.h"

#include "parser/text/ascii.h"

namespace laminar {

bool has_strict_lines(std::string_view head) {
    std::size_t line = head.find("\r\n");
    while (line != std::string_view::npos && (line += 2) < head.size()) {
        const std::size_t end = head.find("\r\n", line);
        const std::size_t odd = head.find_first_of(" \t\r\n:", line);
        if (odd != std::string_view::npos && head[odd] != ':' && odd != end) return false;
        line = end;
    }
    return true;
}

std::string origin_form(std::string target) {
    for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://"}) {
        if (!equals_ignoring_case(std::string_view(target).substr(0, scheme.size()), scheme)) continue;
        const std::size_t path = target.find_first_of("/?", scheme.size());
        if (path == std::string::npos) return "/";
        return target[path] == '/' ? target.substr(path) : "/" + target.substr(path);
    }
    return target;
}

}  // namespace laminar
