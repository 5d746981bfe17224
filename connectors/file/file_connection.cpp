#include "connectors/file/file_connection.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "connectors/delivery/resolved_options.h"
#include "connectors/file/csv_file_source.h"
#include "connectors/file/file_target.h"
#include "connectors/file/json_file_source.h"
#include "connectors/file/options.h"
#include "connectors/file/parquet_file_source.h"
#include "connectors/file/parquet_file_target.h"
#include "connectors/local/paced_source.h"
#include "connectors/local/queued_sink.h"

namespace laminar {

namespace {

/// Stands in for a file that cannot be had: what is wrong shows when it is opened or tested.
class UnusableFile final : public MessageSource, public MessageTarget {
public:
    explicit UnusableFile(std::string reason) : reason_(std::move(reason)) {}

    void open() override { throw std::runtime_error(reason_); }
    std::optional<SourceMessage> next() override { return std::nullopt; }
    void write(const OutgoingMessage& /*message*/) override {}
    void flush() override {}
    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return {{"open", false, {}, reason_}}; }

private:
    std::string reason_;
};

std::string reason_against(const FileOptions& options, const ColumnFiles* files) {
    if (options.format == FileFormat::parquet && !files)
        return fmt::format("\"{}\": there is no engine here to read or write Parquet files with", options.path);
    return {};
}

std::unique_ptr<MessageSource> make_source(const std::string& path, FileFormat format, std::string reason,
                                           ColumnFiles* files) {
    if (!reason.empty()) return std::make_unique<UnusableFile>(std::move(reason));
    if (format == FileFormat::parquet) return make_parquet_file_source(path, *files);
    return format == FileFormat::csv ? make_csv_file_source(path) : make_json_file_source(path);
}

std::unique_ptr<MessageTarget> make_target(const std::string& path, FileFormat format, std::string reason,
                                           ColumnFiles* files) {
    if (!reason.empty()) return std::make_unique<UnusableFile>(std::move(reason));
    if (format == FileFormat::parquet) return make_parquet_file_target(path, *files);
    return make_file_target(path, format);
}

}  // namespace

std::unique_ptr<Connection> make_file_connection(const ConnectionObject& definition, const ConnectionContext& context) {
    const auto& written = dynamic_cast<const FileOptions&>(*definition.options);
    OptionProblem problem;
    const auto resolved = resolve_options(*definition.connector->options, written, context.secrets, problem);
    const FileOptions& options = resolved ? *resolved : written;
    std::string reason = resolved ? reason_against(options, context.column_files) : problem.description;
    if (options.mode == FileMode::sink) {
        QueuedSink::Settings settings;
        settings.name = definition.name;
        settings.connector = definition.connector->name;
        settings.endpoint = written.path;
        settings.target = make_target(options.path, options.format, std::move(reason), context.column_files);
        settings.framing.as_columns = options.format == FileFormat::parquet;
        return std::make_unique<QueuedSink>(std::move(settings), context);
    }
    PacedSource::Settings settings;
    settings.name = definition.name;
    settings.connector = definition.connector->name;
    settings.endpoint = written.path;
    settings.rate = options.rate;
    settings.source = make_source(options.path, options.format, std::move(reason), context.column_files);
    return std::make_unique<PacedSource>(std::move(settings), context);
}

}  // namespace laminar
