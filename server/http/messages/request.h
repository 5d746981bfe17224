#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace laminar::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a client asks for. A value.
struct Request {
    std::string method;
    std::string path;                               ///< Decoded; without what follows "?".
    std::map<std::string, std::string> parameters;  ///< What follows it, decoded; of several of a name the last.
    Headers headers;
    std::string head;  ///< As it came, to its empty line.
    bool has_body = false;
    std::string body;         ///< Once it has been read.
    bool keeps_alive = true;  ///< The client goes on with the connection.
    bool takes_chunks = true;
    bool asks_for_websocket = false;

    /// The first of that name, without regard to case; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    /// "application/json" of the Content-Type, in lower case.
    [[nodiscard]] std::string media_type() const;
};

/// Name and value pairs of a query or a form (application/x-www-form-urlencoded).
[[nodiscard]] std::map<std::string, std::string> read_parameters(std::string_view text);

}  // namespace laminar::http
