#include "connectors/file/file_target.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "connectors/codec/json/json_text.h"
#include "connectors/file/csv_reader.h"
#include "connectors/file/file_probe.h"
#include "connectors/file/record_file.h"

namespace laminar {

namespace {

class FileTarget : public MessageTarget {
public:
    explicit FileTarget(std::string path) : file_(std::move(path)) {}

    void open() override { file_.open(false); }
    void flush() override { file_.flush(); }
    void close() override { file_.close(); }
    [[nodiscard]] std::uint64_t rows_out() const noexcept override { return file_.records_written(); }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return file_.length(); }
    void cut_back_to(std::uint64_t length) override { file_.cut_back_to(length); }
    void be_durable() override { file_.be_durable(); }
    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return test_writable_file(file_.path()); }

protected:
    RecordFile file_;
};

class JsonFileTarget final : public FileTarget {
public:
    using FileTarget::FileTarget;

    void write(const OutgoingMessage& message) override {
        std::string& text = file_.buffer().text();
        text += *message.payload;
        if (!message.payload->ends_with('\n')) text += '\n';
        file_.buffer().end_record();
    }
};

class CsvFileTarget final : public FileTarget {
public:
    using FileTarget::FileTarget;

    void open() override {
        const std::string& path = file_.path();
        file_.cut_back();  // What is cut off may be the end of a header.
        std::error_code error;
        if (std::filesystem::exists(path, error) && std::filesystem::file_size(path, error) > 0 && !error) {
            std::vector<CsvField> fields;
            CsvReader reader(path);
            reader.read(fields);
            for (CsvField& field : fields) names_.push_back(std::move(field.text));
        }
        file_.open(true);
    }

    void write(const OutgoingMessage& message) override {
        const std::string_view payload = *message.payload;
        const std::size_t begin = skip_json_space(payload, 0);
        if (begin == payload.size() || payload[begin] != '{')
            throw std::runtime_error("only rows, not bare values, can be written as CSV");
        std::vector<std::pair<std::string, std::string_view>> members;
        JsonMembers reader(payload.substr(begin));
        std::string scratch;
        while (const auto member = reader.next())
            members.emplace_back(json_string_content(member->quoted_key, scratch), member->value);
        if (names_.empty()) {
            for (const auto& [name, value] : members) names_.push_back(name);
            append_record([](const std::string& name) { return std::string_view(name); });
        }
        append_record([&](const std::string& name) -> std::string_view {
            const auto found =
                std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.first == name; });
            if (found == members.end() || found->second == "null") return {};
            return found->second.starts_with('"') ? json_string_content(found->second, scratch) : found->second;
        });
        file_.buffer().end_record();  // With the header, if it is the first.
    }

private:
    /// The field for each name; text without data stands for NULL.
    template <class Field>
    void append_record(Field field) {
        std::string& record = file_.buffer().text();
        for (std::size_t index = 0; index < names_.size(); ++index) {
            if (index != 0) record += ',';
            const std::string_view text = field(names_[index]);
            if (text.data() != nullptr) append_csv_field(record, text);
        }
        record += '\n';
    }

    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<MessageTarget> make_file_target(std::string path, FileFormat format) {
    if (format == FileFormat::csv) return std::make_unique<CsvFileTarget>(std::move(path));
    return std::make_unique<JsonFileTarget>(std::move(path));
}

}  // namespace laminar
