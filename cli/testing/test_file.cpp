#include "cli/testing/test_file.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/scripts/duration.h"
#include "cli/scripts/script_loader.h"
#include "cli/scripts/source_part.h"
#include "cli/scripts/text_trim.h"
#include "connectors/codec/values/base64.h"
#include "connectors/codec/values/time_text.h"
#include "parser/read/parser.h"

namespace laminar {
namespace {

/// 2000-01-01T00:00:00Z.
constexpr std::int64_t first_moment = 946'684'800'000'000;

std::string beside(const SourceText& file, std::string_view path) {
    return (std::filesystem::path(file.name()).parent_path() / std::string(path)).string();
}

/// The first word, and what follows it.
std::pair<std::string_view, std::string_view> split_word(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    return {text.substr(0, end), trimmed(text.substr(end))};
}

/// Reads lines of messages, each at the time of the one before unless it says another.
class MessageReader {
public:
    /// Why the line cannot be read, or nothing.
    std::optional<std::string> read(std::string_view line, std::vector<TestMessage>& messages) {
        line = trimmed(line);
        const auto [word, rest] = split_word(line);
        if (word.starts_with('+')) {
            const auto pause = parse_duration(word.substr(1));
            if (!pause) return fmt::format("\"{}\" is not a duration; write +5s or +250ms", word);
            time_ += std::chrono::microseconds(*pause).count();
            line = rest;
        } else if (const auto moment = looks_like_time(word) ? parse_timestamp(word) : std::nullopt) {
            time_ = moment->micros;
            line = rest;
        }
        if (line.empty()) return "there is a time without a message";
        TestMessage message{time_, std::string(line)};
        if (!read_recording(line, message)) return "\"received_at\" is not a timestamp";
        time_ = message.received_at;
        messages.push_back(std::move(message));
        return std::nullopt;
    }

private:
    /// A date, not a number that a message may begin with.
    static bool looks_like_time(std::string_view word) { return word.size() >= 10 && word[4] == '-' && word[7] == '-'; }

    /// {"received_at": "...", "message": ...}, as SELECT received_at, message prints it, or a subscription to that,
    /// which puts the field _stream before it; or with data, which is bytes in base64. False when the time is wrong.
    static bool read_recording(std::string_view line, TestMessage& message) {
        rapidjson::Document document;
        document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
        if (document.HasParseError() || !document.IsObject()) return true;
        if (document.MemberCount() != (document.HasMember("_stream") ? 3 : 2)) return true;
        const auto time = document.FindMember("received_at");
        const auto payload = document.FindMember("message");
        const auto data = document.FindMember("data");
        std::string bytes;
        const bool is_binary = data != document.MemberEnd() && data->value.IsString() &&
                               decode_base64({data->value.GetString(), data->value.GetStringLength()}, bytes);
        const bool has_payload = is_binary || payload != document.MemberEnd();
        if (time == document.MemberEnd() || !has_payload || !time->value.IsString()) return true;
        const auto moment = parse_timestamp({time->value.GetString(), time->value.GetStringLength()});
        if (!moment) return false;
        message.received_at = moment->micros;
        message.binary = is_binary;
        if (is_binary) {
            message.payload = std::move(bytes);
        } else if (payload->value.IsString()) {
            message.payload.assign(payload->value.GetString(), payload->value.GetStringLength());
        } else {
            // The payload as it stands in the line: everything between "message": and the last brace, or the comma.
            const std::size_t name = line.find("\"message\"");
            const std::size_t begin = line.find(':', name) + 1;
            const bool last = line.find("\"received_at\"") < name;
            const std::size_t end = last ? line.rfind('}') : line.rfind(',', line.find("\"received_at\"", begin));
            message.payload = std::string(trimmed(line.substr(begin, end - begin)));
        }
        return true;
    }

    std::int64_t time_ = first_moment;
};

class TestFileReader {
public:
    explicit TestFileReader(const SourceTextPtr& source) { file_.source = source; }

    TestFile read() {
        const std::uint32_t lines = file_.source->line_count();
        for (std::uint32_t number = 1; number <= lines; ++number) {
            const std::string_view line = file_.source->line(number);
            if (!line.starts_with('@')) {
                if (!is_blank(line)) complain(number, "this line belongs to no directive; directives begin with @");
                continue;
            }
            std::uint32_t end = number + 1;
            while (end <= lines && !file_.source->line(end).starts_with('@')) ++end;
            read_directive(number, end);
            number = end - 1;
        }
        if (file_.cases.empty() && file_.problems.empty())
            complain(1, "the file has no test; tests begin with @test NAME");
        for (const TestCase& test : file_.cases) {
            if (test.scripts.empty() && test.sql.empty()) complain(test.line, "the test has neither @script nor @sql");
            if (test.expectations.empty()) complain(test.line, "the test expects nothing");
        }
        return std::move(file_);
    }

private:
    static bool is_blank(std::string_view line) { return trimmed(line).empty() || line.starts_with('#'); }

    void complain(std::uint32_t line, std::string_view problem) {
        file_.problems.push_back(fmt::format("{}:{}: {}", file_.source->name(), line, problem));
    }

    void read_directive(std::uint32_t line, std::uint32_t end) {
        const auto [name, argument] = split_word(trimmed(file_.source->line(line)));
        if (name == "@script") {
            if (argument.empty()) return complain(line, "@script needs the path of a script");
            (file_.cases.empty() ? shared_scripts_ : file_.cases.back().scripts)
                .push_back(beside(*file_.source, argument));
        } else if (name == "@test") {
            if (argument.empty()) return complain(line, "@test needs a name");
            file_.cases.push_back({.name = std::string(argument), .line = line, .scripts = shared_scripts_});
            return;
        } else if (file_.cases.empty()) {
            return complain(line, fmt::format("{} comes before the first @test", name));
        } else if (name == "@sql") {
            file_.cases.back().sql.push_back(
                part_of(*file_.source, file_.source->line_begin(line + 1), file_.source->line_begin(end)));
            return;
        } else if (name == "@input") {
            return read_input(line, end, argument);
        } else if (name == "@expect") {
            return read_expectation(line, end, argument);
        } else {
            return complain(line, fmt::format("there is no directive {}; there are @script, @test, @sql, @input and "
                                              "@expect",
                                              name));
        }
        for (std::uint32_t number = line + 1; number < end; ++number) {
            if (!is_blank(file_.source->line(number))) complain(number, fmt::format("{} has no body", name));
        }
    }

    void read_input(std::uint32_t line, std::uint32_t end, std::string_view argument) {
        const auto [connection, rest] = split_word(argument);
        if (connection.empty()) return complain(line, "@input needs the name of a connection");
        TestInput input{.connection = std::string(connection), .line = line, .messages = {}};
        MessageReader reader;
        if (!rest.empty()) {
            const auto [from, path] = split_word(rest);
            if (from != "from" || path.empty()) return complain(line, "write @input NAME or @input NAME from FILE");
            const LoadedScript recording = load_script(beside(*file_.source, path));
            if (!recording.source) return complain(line, recording.failure);
            if (recording.source->text().size() > ParserLimits{}.max_bytes)
                return complain(line, fmt::format("{} is larger than 64 MiB", path));
            read_messages(*recording.source, 1, recording.source->line_count() + 1, reader, input);
        }
        read_messages(*file_.source, line + 1, end, reader, input);
        file_.cases.back().inputs.push_back(std::move(input));
    }

    void read_messages(const SourceText& source, std::uint32_t begin, std::uint32_t end, MessageReader& reader,
                       TestInput& input) {
        for (std::uint32_t number = begin; number < end; ++number) {
            if (is_blank(source.line(number))) continue;
            if (const auto problem = reader.read(source.line(number), input.messages))
                file_.problems.push_back(fmt::format("{}:{}: {}", source.name(), number, *problem));
        }
    }

    void read_expectation(std::uint32_t line, std::uint32_t end, std::string_view argument) {
        constexpr std::string_view any_order = " in any order";
        TestExpectation expectation;
        expectation.line = line;
        if (argument.ends_with(any_order)) {
            expectation.any_order = true;
            argument = trimmed(argument.substr(0, argument.size() - any_order.size()));
        }
        const auto [first, rest] = split_word(argument);
        if (first == "query" && !rest.empty()) {
            expectation.query = rest;
        } else if (first.empty() || !rest.empty()) {
            return complain(line, "write @expect NAME, @expect NAME in any order, or @expect query SELECT ...");
        } else {
            expectation.name = first;
        }
        expectation.body_begin = line + 1;
        expectation.body_end = line + 1;
        for (std::uint32_t number = line + 1; number < end; ++number) {
            if (is_blank(file_.source->line(number))) continue;
            expectation.rows.emplace_back(trimmed(file_.source->line(number)));
            expectation.body_end = number + 1;
        }
        file_.cases.back().expectations.push_back(std::move(expectation));
    }

    TestFile file_;
    std::vector<std::string> shared_scripts_;
};

}  // namespace

TestFile read_test_file(const SourceTextPtr& source) { return TestFileReader(source).read(); }

}  // namespace laminar
