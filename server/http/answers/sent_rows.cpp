#include "server/http/answers/sent_rows.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <functional>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "connectors/codec/json/json_encoder.h"

namespace laminar::http {

namespace {

/// Looks at one value: an object, or an array of objects. Nothing is called by its depth.
class RowReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, RowReader> {
public:
    using Size = rapidjson::SizeType;

    RowReader(SentRows& rows, const rapidjson::MemoryStream& stream) : rows_(rows), stream_(stream) {}

    bool Default() { return depth_ > first_; }
    bool Key(const char* text, Size size, bool /*copy*/) {
        if (depth_ == first_ + 1) {
            rows_.names.emplace(text, size);
            ends_.back().names.emplace(text, size);
        }
        return true;
    }
    bool StartObject() {
        if (depth_ == first_) {
            ++rows_.count;
            ends_.emplace_back();
        }
        return ++depth_ <= most_nested;
    }
    bool EndObject(Size /*count*/) {
        // The stream stands before the brace.
        if (--depth_ == first_) ends_.back().offset = stream_.Tell();
        return true;
    }
    bool StartArray() {
        if (depth_ == 0) {
            is_array_ = true;
            first_ = 1;
        } else if (depth_ == first_) {
            return false;
        }
        return ++depth_ <= most_nested;
    }
    bool EndArray(Size /*count*/) {
        --depth_;
        return true;
    }
    [[nodiscard]] bool is_array() const noexcept { return is_array_; }

    /// Where a row ends, and which fields it has.
    struct End {
        std::size_t offset = 0;
        std::set<std::string, std::less<>> names;
    };
    [[nodiscard]] std::vector<End>& ends() noexcept { return ends_; }

private:
    static constexpr unsigned most_nested = 100;

    SentRows& rows_;
    const rapidjson::MemoryStream& stream_;
    std::vector<End> ends_;
    unsigned depth_ = 0;
    unsigned first_ = 0;  ///< The depth at which rows begin.
    bool is_array_ = false;
};

/// The fields that other rows have, as nulls: behind those that a row has.
void append_missing(std::string& json, const std::set<std::string>& names,
                    const std::set<std::string, std::less<>>& own) {
    bool is_first = own.empty();
    for (const std::string& name : names) {
        if (own.contains(name)) continue;
        if (!std::exchange(is_first, false)) json += ',';
        append_json_quoted(json, name);
        json += ":null";
    }
}

}  // namespace

std::variant<SentRows, Error> read_rows(std::string_view body) {
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag |
                               rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
    SentRows rows;
    rapidjson::MemoryStream stream(body.data(), body.size());
    std::vector<RowReader::End> ends;
    std::vector<std::string_view> values;
    bool is_array = false;
    while (true) {
        const std::size_t begin = body.find_first_not_of(" \t\r\n", stream.Tell());
        if (begin == std::string_view::npos) break;
        if (is_array) return Error{.message = fmt::format("something follows the array, from byte {} on", begin)};
        while (stream.Tell() < begin) (void)stream.Take();
        RowReader handler(rows, stream);
        rapidjson::Reader reader;
        const rapidjson::ParseResult result = reader.Parse<flags>(stream, handler);
        if (result.Code() == rapidjson::kParseErrorTermination)
            return Error{.message = fmt::format("from byte {} on: a row is an object of JSON", result.Offset())};
        if (result.IsError())
            return Error{.message = fmt::format("the body is no JSON, from byte {} on: {}", result.Offset(),
                                                rapidjson::GetParseError_En(result.Code()))};
        is_array = handler.is_array();
        if (is_array && !values.empty())
            return Error{.message = fmt::format("from byte {} on: a row is an object of JSON", begin)};
        values.push_back(body.substr(begin, stream.Tell() - begin));
        std::move(handler.ends().begin(), handler.ends().end(), std::back_inserter(ends));
    }
    if (!is_array) rows.json = "[";
    auto end = ends.begin();
    for (const std::string_view value : values) {
        if (rows.json.size() > 1) rows.json += ',';
        std::size_t at = static_cast<std::size_t>(value.data() - body.data());
        const std::size_t stop = at + value.size();
        for (; end != ends.end() && end->offset < stop; ++end) {
            rows.json += body.substr(at, end->offset - at);
            at = end->offset;
            append_missing(rows.json, rows.names, end->names);
        }
        rows.json += body.substr(at, stop - at);
    }
    if (!is_array) rows.json += ']';
    return rows;
}

}  // namespace laminar::http
