#include "connectors/file/file_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "connectors/codec/json_text.h"
#include "connectors/file/csv_reader.h"
#include "connectors/file/file_probe.h"

namespace laminar {

namespace {

class FileTarget : public MessageTarget {
public:
    explicit FileTarget(std::string path) : path_(std::move(path)) {}

    void open() override {
        errno = 0;
        file_.open(path_, std::ios::binary | std::ios::app);
        if (!file_) fail();
    }

    void flush() override {
        errno = 0;
        file_.write(pending_.data(), static_cast<std::streamsize>(pending_.size()));
        file_.flush();
        if (!file_) fail();
        pending_.clear();
    }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return test_writable_file(path_); }

protected:
    std::string path_;
    std::string pending_;

private:
    [[noreturn]] void fail() const {
        throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(),
                                fmt::format("cannot write \"{}\"", path_));
    }

    std::ofstream file_;
};

class JsonFileTarget final : public FileTarget {
public:
    using FileTarget::FileTarget;

    void write(const OutgoingMessage& message) override {
        pending_ += *message.payload;
        if (pending_.empty() || pending_.back() != '\n') pending_ += '\n';
    }
};

class CsvFileTarget final : public FileTarget {
public:
    using FileTarget::FileTarget;

    void open() override {
        std::error_code error;
        if (std::filesystem::exists(path_, error) && std::filesystem::file_size(path_, error) > 0 && !error) {
            std::vector<CsvField> fields;
            CsvReader reader(path_);
            reader.read(fields);
            for (CsvField& field : fields) names_.push_back(std::move(field.text));
        }
        FileTarget::open();
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
    }

private:
    /// The field for each name; text without data stands for NULL.
    template <class Field>
    void append_record(Field field) {
        for (std::size_t index = 0; index < names_.size(); ++index) {
            if (index != 0) pending_ += ',';
            const std::string_view text = field(names_[index]);
            if (text.data() != nullptr) append_csv_field(pending_, text);
        }
        pending_ += '\n';
    }

    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<MessageTarget> make_file_target(std::string path, FileFormat format) {
    if (format == FileFormat::csv) return std::make_unique<CsvFileTarget>(std::move(path));
    return std::make_unique<JsonFileTarget>(std::move(path));
}

}  // namespace laminar
