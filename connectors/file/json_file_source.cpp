#include "connectors/file/json_file_source.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "connectors/file/file_probe.h"
#include "connectors/file/file_reader.h"

namespace laminar {

namespace {

constexpr bool is_space(int byte) noexcept { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

class JsonFileSource final : public MessageSource {
public:
    explicit JsonFileSource(std::string path) : path_(std::move(path)) {}

    void open() override {
        reader_.emplace(path_);
        skip_byte_order_mark();
        skip_space();
        in_array_ = reader_->peek() == '[';
        if (in_array_) reader_->take();
    }

    std::optional<SourceMessage> next() override {
        message_.clear();
        const std::optional<std::string_view> text = in_array_ ? next_element() : next_line();
        if (!text) return std::nullopt;
        return SourceMessage(*text);
    }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return test_readable_file(path_); }

private:
    void skip_space() {
        while (is_space(reader_->peek())) reader_->take();
    }

    void skip_byte_order_mark() {
        if (reader_->peek() != 0xEF) return;
        for (int byte = 0; byte < 3; ++byte) reader_->take();
    }

    void append(int byte) {
        if (message_.size() >= longest_file_record)
            throw std::runtime_error(
                fmt::format("\"{}\": a value is longer than {} bytes", path_, longest_file_record));
        message_ += static_cast<char>(byte);
    }

    std::optional<std::string_view> next_line() {
        skip_space();
        while (reader_->peek() != FileReader::end && reader_->peek() != '\n') append(reader_->take());
        if (message_.empty()) return std::nullopt;
        return message_;
    }

    std::optional<std::string_view> next_element() {
        skip_space();
        if (reader_->peek() == ',') reader_->take();
        skip_space();
        if (reader_->peek() == ']') {
            reader_->take();
            // Whatever follows the array is lines.
            in_array_ = false;
            return next_line();
        }
        std::size_t depth = 0;
        bool in_string = false;
        for (int byte = reader_->peek(); byte != FileReader::end; byte = reader_->peek()) {
            if (!in_string) {
                if (depth == 0 && (byte == ',' || byte == ']')) break;
                if (byte == '{' || byte == '[') ++depth;
                if ((byte == '}' || byte == ']') && depth > 0) --depth;
                if (byte == '"') in_string = true;
            } else if (byte == '\\') {
                append(reader_->take());
                if (reader_->peek() == FileReader::end) break;
            } else if (byte == '"') {
                in_string = false;
            }
            append(reader_->take());
        }
        if (message_.empty() && reader_->peek() == FileReader::end) return std::nullopt;
        return message_;
    }

    std::string path_;
    std::optional<FileReader> reader_;
    bool in_array_ = false;
    std::string message_;
};

}  // namespace

std::unique_ptr<MessageSource> make_json_file_source(std::string path) {
    return std::make_unique<JsonFileSource>(std::move(path));
}

}  // namespace laminar
