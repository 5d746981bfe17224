#include "connectors/file/csv_file_source.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/file/csv_reader.h"
#include "connectors/file/file_probe.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

std::size_t skip_digits(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

/// By the grammar of RFC 8259; no longer than numbers that mean something.
bool is_json_number(std::string_view text) noexcept {
    constexpr std::size_t longest = 100;
    if (text.size() > longest) return false;
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const std::size_t whole = at;
    at = skip_digits(text, at);
    if (at == whole || (text[whole] == '0' && at > whole + 1)) return false;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = ++at;
        at = skip_digits(text, at);
        if (at == fraction) return false;
    }
    // An exponent could leave the range of all types, and then the file would not be readable at all.
    return at == text.size();
}

class CsvFileSource final : public MessageSource {
public:
    explicit CsvFileSource(std::string path) : path_(std::move(path)) {}

    void open() override {
        reader_.emplace(path_);
        names_.clear();
        if (!reader_->read(fields_)) return;
        if (reader_->is_cut_off())
            throw std::runtime_error(fmt::format("\"{}\" ends within a quoted name of its header", path_));
        for (const CsvField& field : fields_) {
            names_.emplace_back();
            append_json_quoted(names_.back(), field.text);
        }
    }

    std::optional<SourceMessage> next() override {
        if (!reader_->read(fields_)) return std::nullopt;
        message_ = "{";
        for (std::size_t index = 0; index < fields_.size() && index < names_.size(); ++index) {
            const CsvField& field = fields_[index];
            if (field.text.empty() && !field.quoted) continue;
            if (message_.size() > 1) message_ += ',';
            message_ += names_[index];
            message_ += ':';
            append_field(field);
        }
        if (fields_.size() > names_.size()) append_surplus();
        message_ += '}';
        SourceMessage message(message_);
        if (reader_->is_cut_off())
            message.error =
                MessageError{"invalid_csv", "invalid CSV: the file ends within a quoted field: it has been cut off"};
        return message;
    }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return test_readable_file(path_); }

private:
    void append_field(const CsvField& field) {
        if (!field.quoted && (field.text == "true" || field.text == "false" || is_json_number(field.text))) {
            message_ += field.text;
        } else {
            append_json_quoted(message_, field.text);
        }
    }

    void append_surplus() {
        message_ += message_.size() > 1 ? ",\"_extra\":[" : "\"_extra\":[";
        for (std::size_t index = names_.size(); index < fields_.size(); ++index) {
            if (index != names_.size()) message_ += ',';
            append_field(fields_[index]);
        }
        message_ += ']';
    }

    std::string path_;
    std::optional<CsvReader> reader_;
    std::vector<std::string> names_;  ///< As quoted JSON strings.
    std::vector<CsvField> fields_;
    std::string message_;
};

}  // namespace

std::unique_ptr<MessageSource> make_csv_file_source(std::string path) {
    return std::make_unique<CsvFileSource>(std::move(path));
}

}  // namespace laminar
