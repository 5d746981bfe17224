#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/text/source_text.h"

namespace laminar {

/// A message that a test gives to a connection.
struct TestMessage {
    std::int64_t received_at = 0;  ///< Microseconds since the epoch, UTC.
    std::string payload = {};
    bool binary = false;  ///< Bytes, not text.
};

struct TestInput {
    std::string connection;
    std::uint32_t line = 0;  ///< Of @input.
    std::vector<TestMessage> messages;
};

/// What a stream must have been in the end: one row, or one message, a line.
struct TestExpectation {
    std::string name;   ///< Of a pipeline, connection, table or view; empty with a query.
    std::string query;  ///< Of @expect query.
    bool any_order = false;
    std::uint32_t line = 0;  ///< Of @expect.
    std::vector<std::string> rows;
    std::uint32_t body_begin = 0;  ///< First line of the rows, and the one after the last: what --update writes anew.
    std::uint32_t body_end = 0;
};

struct TestCase {
    std::string name;
    std::uint32_t line = 0;                 ///< Of @test.
    std::vector<std::string> scripts = {};  ///< Paths, those of the file first.
    std::vector<SourceTextPtr> sql = {};    ///< Of @sql, with the positions of the test file.
    std::vector<TestInput> inputs = {};
    std::vector<TestExpectation> expectations = {};
};

/// A file of tests. Lines that begin with @ are directives, the lines up to the next are their body; empty lines and
/// lines that begin with # count for nothing.
///
///   @script trades.sql            before the first @test: for all tests; beside the test file
///   @test large trades pass       begins a test
///   @sql                          statements of the test's own
///   @input feed [from file]       messages of a connection, a line each, with an optional time before it: an ISO 8601
///                                 timestamp or +DURATION since the one before; without one, the same time. A line
///                                 {"received_at": ..., "message": ...} is a recorded one. The first time is
///                                 2000-01-01T00:00:00Z.
///   @expect large_trades [in any order]
///   @expect query SELECT ...
struct TestFile {
    SourceTextPtr source;
    std::vector<TestCase> cases;
    std::vector<std::string> problems;  ///< file:line: what is wrong.
};

/// Reads the test file and the files of messages that it names.
[[nodiscard]] TestFile read_test_file(const SourceTextPtr& source);

}  // namespace laminar
