#include <fmt/format.h>
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <utility>

#include "connectors/codec/binary/protobuf_types.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t largest_file = 16U << 20;
/// Of what the compiler has to say.
constexpr std::size_t most_errors = 3;
/// Of names, in hints.
constexpr std::size_t most_names = 10;

/// A whole file; a problem in words otherwise. A device or a pipe would never end.
std::variant<std::string, ProtobufProblem> read_file(const std::filesystem::path& path) {
    std::error_code error;
    const auto problem = [&](std::string_view why) {
        return ProtobufProblem{
            ProtobufProblem::Place::file, fmt::format("cannot read \"{}\": {}", path.string(), why), {}};
    };
    if (!std::filesystem::exists(path, error)) return problem("there is no such file");
    if (!std::filesystem::is_regular_file(path, error)) return problem("it is no file");
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > largest_file) return problem("it is larger than 16 MiB");
    std::ifstream stream(path, std::ios::binary);
    std::string text(error ? 0 : size, '\0');
    if (error || !stream || !stream.read(text.data(), static_cast<std::streamsize>(text.size())))
        return problem("it cannot be opened");
    return text;
}

/// Files of imports: from folders, and those of the library from itself.
class ImportedFiles final : public pb::compiler::SourceTree {
public:
    explicit ImportedFiles(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

    /// The compiler's name of a file: its path from the folder that it is in; empty where it is in none.
    [[nodiscard]] std::string name_of(const std::filesystem::path& file) const {
        std::error_code error;
        const auto absolute = std::filesystem::weakly_canonical(file, error);
        for (const std::filesystem::path& folder : folders_) {
            const auto name = absolute.lexically_relative(std::filesystem::weakly_canonical(folder, error));
            if (!name.empty() && *name.begin() != "..") return name.generic_string();
        }
        return {};
    }

    pb::io::ZeroCopyInputStream* Open(const std::string& name) override {
        if (!open(name)) return nullptr;
        return new pb::io::ArrayInputStream(texts_.back()->data(), static_cast<int>(texts_.back()->size()));
    }
    std::string GetLastErrorMessage() override { return problem_; }

private:
    bool open(const std::string& name) {
        const std::filesystem::path path(name);
        if (path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end()) {
            problem_ = "an import is a path below the folders of imports";
            return false;
        }
        for (const std::filesystem::path& folder : folders_) {
            std::error_code error;
            if (!std::filesystem::exists(folder / path, error)) continue;
            auto read = read_file(folder / path);
            if (const auto* problem = std::get_if<ProtobufProblem>(&read)) {
                problem_ = problem->message;
                return false;
            }
            texts_.push_back(std::make_unique<std::string>(std::move(std::get<std::string>(read))));
            return true;
        }
        const pb::FileDescriptor* known =
            name.starts_with("google/protobuf/") ? pb::DescriptorPool::generated_pool()->FindFileByName(name) : nullptr;
        if (known == nullptr) {
            problem_ = "there is no such file in the folders of imports";
            return false;
        }
        texts_.push_back(std::make_unique<std::string>(known->DebugString()));
        return true;
    }

    std::vector<std::filesystem::path> folders_;
    std::vector<std::unique_ptr<std::string>> texts_;  ///< Of the streams, which borrow them.
    std::string problem_;
};

/// What the compiler, or the pool, says: the first of it.
class CollectedErrors final : public pb::compiler::MultiFileErrorCollector, public pb::DescriptorPool::ErrorCollector {
public:
    void AddError(const std::string& file, int line, int column, const std::string& message) override {
        add(line < 0 ? fmt::format("{}: {}", file, message)
                     : fmt::format("{}:{}:{}: {}", file, line + 1, column + 1, message));
    }
    void AddError(const std::string& file, const std::string& element, const pb::Message*, ErrorLocation,
                  const std::string& message) override {
        add(fmt::format("{}: {}: {}", file, element, message));
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    void add(const std::string& error) {
        if (++count_ > most_errors) return;
        text_ += (text_.empty() ? "" : "; ") + error;
    }

    std::string text_;
    std::size_t count_ = 0;
};

void add_names(const pb::Descriptor& type, std::vector<std::string>& names) {
    if (type.options().map_entry()) return;
    names.push_back(type.full_name());
    for (int index = 0; index < type.nested_type_count(); ++index) add_names(*type.nested_type(index), names);
}

/// The library writes to standard error by itself, and what it quotes is a peer's.
void silence_library() {
    static std::once_flag once;
    std::call_once(once, [] { pb::SetLogHandler(nullptr); });
}

}  // namespace

struct ProtobufTypes::Pool {
    // Each is made from the one before.
    std::unique_ptr<ImportedFiles> files;
    CollectedErrors errors;
    std::unique_ptr<pb::compiler::Importer> importer;
    std::unique_ptr<pb::DescriptorPool> of_set;
    std::vector<const pb::FileDescriptor*> found;

    std::optional<ProtobufProblem> compile(const ProtobufNames& names) {
        const std::filesystem::path file(names.file);
        // For a better error than the compiler's.
        const auto text = read_file(file);
        if (const auto* problem = std::get_if<ProtobufProblem>(&text)) return *problem;
        std::vector<std::filesystem::path> folders(names.folders.begin(), names.folders.end());
        if (folders.empty()) folders.push_back(file.has_parent_path() ? file.parent_path() : ".");
        files = std::make_unique<ImportedFiles>(std::move(folders));
        const std::string name = files->name_of(file);
        if (name.empty())
            return ProtobufProblem{ProtobufProblem::Place::file,
                                   fmt::format("\"{}\" is in none of the folders of proto_path", names.file),
                                   "imports count from there: add the folder that it is in"};
        importer = std::make_unique<pb::compiler::Importer>(files.get(), &errors);
        const pb::FileDescriptor* compiled = importer->Import(name);
        if (compiled == nullptr)
            return ProtobufProblem{ProtobufProblem::Place::file,
                                   fmt::format("\"{}\" does not compile: {}", names.file, errors.text()),
                                   names.folders.empty() ? "imports are looked for in its own folder, or in proto_path"
                                                         : "imports are looked for in the folders of proto_path"};
        found.push_back(compiled);
        return std::nullopt;
    }

    std::optional<ProtobufProblem> take_set(const ProtobufNames& names) {
        auto text = read_file(names.file);
        if (const auto* problem = std::get_if<ProtobufProblem>(&text)) return *problem;
        const auto refuse = [&](std::string why, std::string hint) {
            return ProtobufProblem{ProtobufProblem::Place::file, fmt::format("\"{}\" {}", names.file, why),
                                   std::move(hint)};
        };
        constexpr const char* how = "make it with protoc --include_imports --descriptor_set_out=FILE";
        pb::FileDescriptorSet set;
        if (!set.ParseFromString(std::get<std::string>(text)) || set.file_size() == 0)
            return refuse("is neither a .proto file nor a set of file descriptors", how);
        of_set = std::make_unique<pb::DescriptorPool>();
        add_library_files(set);
        for (const pb::FileDescriptorProto& each : set.file()) {
            if (of_set->FindFileByName(each.name()) != nullptr) continue;
            const pb::FileDescriptor* built = of_set->BuildFileCollectingErrors(each, &errors);
            if (built == nullptr) return refuse("cannot be used: " + errors.text(), how);
            found.push_back(built);
        }
        return std::nullopt;
    }

    /// Those that a set without its imports leaves out.
    void add_library_files(const pb::FileDescriptorSet& set) {
        for (const pb::FileDescriptorProto& each : set.file()) {
            for (const std::string& name : each.dependency()) {
                const bool is_there = std::any_of(set.file().begin(), set.file().end(),
                                                  [&](const auto& other) { return other.name() == name; });
                if (!is_there && name.starts_with("google/protobuf/")) add_library_file(name);
            }
        }
    }

    void add_library_file(const std::string& name) {
        const pb::FileDescriptor* known = pb::DescriptorPool::generated_pool()->FindFileByName(name);
        if (known == nullptr || of_set->FindFileByName(name) != nullptr) return;
        for (int index = 0; index < known->dependency_count(); ++index)
            add_library_file(known->dependency(index)->name());
        pb::FileDescriptorProto copy;
        known->CopyTo(&copy);
        of_set->BuildFile(copy);
    }

    [[nodiscard]] const pb::Descriptor* find(const std::string& name) const {
        const pb::DescriptorPool* pool = importer ? importer->pool() : of_set.get();
        return pool->FindMessageTypeByName(name.starts_with('.') ? name.substr(1) : name);
    }

    [[nodiscard]] ProtobufProblem unknown(const ProtobufNames& names, const std::string& name,
                                          ProtobufProblem::Place place) const {
        std::vector<std::string> known;
        for (const pb::FileDescriptor* file : found) {
            for (int index = 0; index < file->message_type_count(); ++index)
                add_names(*file->message_type(index), known);
        }
        std::string hint = did_you_mean(name, known);
        if (hint.empty()) {
            const bool are_many = known.size() > most_names;
            if (are_many) known.resize(most_names);
            hint = known.empty() ? std::string("it declares no messages")
                                 : fmt::format("its messages are {}{}", fmt::join(known, ", "), are_many ? " ..." : "");
        }
        return {place, fmt::format("\"{}\" declares no message \"{}\"", names.file, name), std::move(hint)};
    }
};

ProtobufTypes::ProtobufTypes(std::unique_ptr<Pool> pool, const pb::Descriptor* received, const pb::Descriptor* sent)
    : pool_(std::move(pool)), received_(received), sent_(sent) {}

ProtobufTypes::~ProtobufTypes() = default;

std::variant<std::shared_ptr<const ProtobufTypes>, ProtobufProblem> ProtobufTypes::load(const ProtobufNames& names) {
    silence_library();
    auto pool = std::make_unique<Pool>();
    std::optional<ProtobufProblem> problem =
        names.file.ends_with(".proto") ? pool->compile(names) : pool->take_set(names);
    if (problem) return std::move(*problem);
    const pb::Descriptor* received = pool->find(names.message);
    if (received == nullptr) return pool->unknown(names, names.message, ProtobufProblem::Place::message);
    const pb::Descriptor* sent = names.sent_message.empty() ? received : pool->find(names.sent_message);
    if (sent == nullptr) return pool->unknown(names, names.sent_message, ProtobufProblem::Place::sent_message);
    return std::shared_ptr<const ProtobufTypes>(new ProtobufTypes(std::move(pool), received, sent));
}

}  // namespace laminar
