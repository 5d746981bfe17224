#include "server/http/answers/sent_rows.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace laminar::http {

namespace {

/// Looks at one value: an object, or an array of objects. Nothing is called by its depth.
class RowFinder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, RowFinder> {
public:
    using Size = rapidjson::SizeType;

    RowFinder(SentRows& rows, std::string_view body, const rapidjson::MemoryStream& stream)
        : rows_(rows), body_(body), stream_(stream) {}

    bool Default() { return depth_ > first_; }
    bool Key(const char* text, Size size, bool /*copy*/) {
        if (depth_ == first_ + 1) rows_.names.emplace(text, size);
        return true;
    }
    // The stream stands before the brace, at both ends.
    bool StartObject() {
        if (depth_ == first_) begin_ = stream_.Tell();
        ++depth_;
        return true;
    }
    bool EndObject(Size /*count*/) {
        if (--depth_ == first_) rows_.texts.push_back(body_.substr(begin_, stream_.Tell() + 1 - begin_));
        return true;
    }
    bool StartArray() {
        if (depth_ == 0) {
            is_array_ = true;
            first_ = 1;
        } else if (depth_ == first_) {
            return false;
        }
        ++depth_;
        return true;
    }
    bool EndArray(Size /*count*/) {
        --depth_;
        return true;
    }
    [[nodiscard]] bool is_array() const noexcept { return is_array_; }

private:
    SentRows& rows_;
    std::string_view body_;
    const rapidjson::MemoryStream& stream_;
    std::size_t begin_ = 0;
    std::size_t depth_ = 0;
    std::size_t first_ = 0;  ///< The depth at which rows begin.
    bool is_array_ = false;
};

Error no_row_at(std::size_t offset) {
    return {.message = fmt::format("from byte {} on: a row is an object of JSON", offset)};
}

}  // namespace

std::variant<SentRows, Error> read_rows(std::string_view body) {
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag |
                               rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
    SentRows rows;
    rapidjson::MemoryStream stream(body.data(), body.size());
    bool is_array = false;
    while (true) {
        const std::size_t begin = body.find_first_not_of(" \t\r\n", stream.Tell());
        if (begin == std::string_view::npos) return rows;
        if (is_array) return Error{.message = fmt::format("something follows the array, from byte {} on", begin)};
        while (stream.Tell() < begin) (void)stream.Take();
        const bool is_first = rows.texts.empty();
        RowFinder handler(rows, body, stream);
        rapidjson::Reader reader;
        const rapidjson::ParseResult result = reader.Parse<flags>(stream, handler);
        if (result.Code() == rapidjson::kParseErrorTermination) return no_row_at(result.Offset());
        if (result.IsError())
            return Error{.message = fmt::format("the body is no JSON, from byte {} on: {}", result.Offset(),
                                                rapidjson::GetParseError_En(result.Code()))};
        is_array = handler.is_array();
        if (is_array && !is_first) return no_row_at(begin);
    }
}

}  // namespace laminar::http
