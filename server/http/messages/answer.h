#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/diagnostic/diagnostic.h"
#include "server/http/messages/request.h"

namespace laminar::http {

/// What an error is said with: {"error": {...}}.
struct Error {
    unsigned status = 400;
    std::string message;
    std::string hint = {};
    std::string code = {};       ///< Of a finding, "L202".
    std::string sql_state = {};  ///< Where it is about SQL.
    std::uint32_t line = 0;      ///< In the text of the client, from 1; 0: nowhere in it. Columns are in code points.
    std::uint32_t column = 0;
    std::uint32_t end_column = 0;  ///< Behind the part that is meant, where that is on one line.
    std::string allow = {};        ///< Of status 405: the methods that there are.
};

/// The object {"code": ..., "message": ...}; severity: has it too.
[[nodiscard]] std::string error_json(const Error& error, std::string_view severity = {});
/// {"error": {...}}
[[nodiscard]] std::string error_document(const Error& error);

/// What a request is answered with, but for its body.
struct Head {
    unsigned status = 200;
    std::string content_type = "application/json";
    Headers headers = {};
};

/// An answer that is there as a whole.
struct Answer {
    Head head;
    std::string body;
};

[[nodiscard]] Answer json_answer(std::string body, unsigned status = 200);
[[nodiscard]] Answer error_answer(const Error& error);

/// How the end of a body is told.
enum class BodyEnd : std::uint8_t { length, chunks, close };

/// The head as it is sent, to its empty line. length: of BodyEnd::length.
[[nodiscard]] std::string written_head(const Head& head, BodyEnd end, std::size_t length, bool keeps_alive);

}  // namespace laminar::http
