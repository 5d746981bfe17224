#include "connectors/file/file_connector.h"

#include "catalog/options/option_schema.h"
#include "connectors/file/file_connection.h"
#include "connectors/file/options.h"

namespace laminar {
namespace {

const OptionSchema& file_option_schema() {
    using Options = FileOptions;
    static const OptionSchemaOf<Options> schema =
        OptionSchemaOf<Options>("connector \"file\"", SecretsInTexts::are_replaced)
            .add("path", &Options::path,
                 {.help = "File to read or to write.",
                  .example = "'trades.json'",
                  .rule = TextRule::not_empty,
                  .required = true})
            .add_choice(
                "format", &Options::format,
                {{"json", FileFormat::json}, {"csv", FileFormat::csv}, {"parquet", FileFormat::parquet}},
                {.help =
                     "What the file holds; json is one object a line or an array of objects. A parquet file that is "
                     "written is there when its connection closes.",
                 .example = "'csv'",
                 .fixed_in_use = true})
            .add_choice("mode", &Options::mode, {{"source", FileMode::source}, {"sink", FileMode::sink}},
                        {.help = "Whether rows are read from it or written to it.", .example = "'sink'"})
            .add("rate", &Options::rate,
                 {.help = "Rows a second at which it is replayed.",
                  .example = "100",
                  .unit = "rows",
                  .absent = "as fast as they are processed",
                  .minimum = 0.001,
                  .maximum = 1e9,
                  .applies_when = {{"mode", {"source"}}}});
    return schema;
}

ConnectorDescriptor describe() {
    ConnectorDescriptor descriptor;
    descriptor.name = "file";
    descriptor.help = "Rows of a JSON, CSV or Parquet file, or such a file written from rows.";
    descriptor.options = &file_option_schema();
    descriptor.role_option = "mode";
    return descriptor;
}

class FileConnector final : public Connector {
public:
    FileConnector() : Connector(describe()) {}

    [[nodiscard]] std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                   const ConnectionContext& context) const override {
        return make_file_connection(definition, context);
    }
    [[nodiscard]] bool can_be_read_again(const ConnectorOptions& options) const override {
        return dynamic_cast<const FileOptions&>(options).mode == FileMode::source;
    }
    /// The values of a CSV file are text.
    [[nodiscard]] DecoderOptions decoder_options(const ConnectorOptions& options) const override {
        DecoderOptions decoder;
        decoder.coerce = dynamic_cast<const FileOptions&>(options).format == FileFormat::csv;
        return decoder;
    }
};

}  // namespace

const Connector& file_connector() {
    static const FileConnector connector;
    return connector;
}

}  // namespace laminar
