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
        has_elements_ = false;
    }

    std::optional<SourceMessage> next() override {
        message_.clear();
        return in_array_ ? next_element() : next_line();
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

    std::optional<SourceMessage> next_line() {
        skip_space();
        while (reader_->peek() != FileReader::end && reader_->peek() != '\n') append(reader_->take());
        if (message_.empty()) return std::nullopt;
        return SourceMessage(message_);
    }

    std::optional<SourceMessage> next_element() {
        skip_space();
        const bool is_promised = has_elements_ && reader_->peek() == ',';
        if (is_promised) append(reader_->take());
        skip_space();
        if (reader_->peek() == FileReader::end) return end_within_array();
        if (reader_->peek() == ']') {
            reader_->take();
            // Whatever follows the array is lines.
            in_array_ = false;
            return is_promised ? broken("a comma before the end of the array") : next_line();
        }
        message_.clear();
        has_elements_ = true;
        if (!read_element()) return end_within_array();
        return message_.empty() ? broken("an element of the array is missing") : SourceMessage(message_);
    }

    /// False when the file ends within it.
    bool read_element() {
        std::size_t depth = 0;
        bool in_string = false;
        for (int byte = reader_->peek(); byte != FileReader::end; byte = reader_->peek()) {
            if (!in_string) {
                if (depth == 0 && (byte == ',' || byte == ']')) return true;
                if (byte == '{' || byte == '[') ++depth;
                if ((byte == '}' || byte == ']') && depth > 0) --depth;
                if (byte == '"') in_string = true;
            } else if (byte == '\\') {
                append(reader_->take());
                if (reader_->peek() == FileReader::end) return false;
            } else if (byte == '"') {
                in_string = false;
            }
            append(reader_->take());
        }
        return depth == 0 && !in_string;
    }

    SourceMessage end_within_array() {
        in_array_ = false;
        return broken("the file ends within the array: it has been cut off");
    }

    /// What has been read, which is no element.
    [[nodiscard]] SourceMessage broken(std::string_view problem) const {
        SourceMessage message(message_);
        message.error = MessageError{"invalid_json", fmt::format("invalid JSON: {}", problem)};
        return message;
    }

    std::string path_;
    std::optional<FileReader> reader_;
    bool in_array_ = false;
    bool has_elements_ = false;  ///< Of the array, one has begun.
    std::string message_;
};

}  // namespace

std::unique_ptr<MessageSource> make_json_file_source(std::string path) {
    return std::make_unique<JsonFileSource>(std::move(path));
}

}  // namespace laminar
