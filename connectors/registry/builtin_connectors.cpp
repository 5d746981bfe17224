#include "connectors/registry/builtin_connectors.h"

#include "catalog/options/option_schema.h"
#include "connectors/blackhole/options.h"
#include "connectors/file/options.h"
#include "connectors/generator/options.h"
#include "connectors/stdout/options.h"
#include "connectors/websocket/options/option_schema.h"

namespace laminar {
namespace {

const OptionSchema& generator_option_schema() {
    using Options = GeneratorOptions;
    static const OptionSchemaOf<Options> schema =
        OptionSchemaOf<Options>("connector \"generator\"", SecretsInTexts::are_replaced)
            .add("rows_per_second", &Options::rows_per_second,
                 {.help = "Pace at which rows are made.",
                  .example = "1000",
                  .unit = "rows",
                  .absent = "as fast as they are processed",
                  .minimum = 0.001,
                  .maximum = 1e9})
            .add("max_rows", &Options::max_rows,
                 {.help = "Rows after which it ends.",
                  .example = "10000",
                  .unit = "rows",
                  .absent = "it never ends",
                  .minimum = 0,
                  .maximum = 1e15});
    return schema;
}

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

const OptionSchema& stdout_option_schema() {
    static const OptionSchemaOf<StdoutOptions> schema("connector \"stdout\"", SecretsInTexts::are_replaced);
    return schema;
}

const OptionSchema& blackhole_option_schema() {
    static const OptionSchemaOf<BlackholeOptions> schema("connector \"blackhole\"", SecretsInTexts::are_replaced);
    return schema;
}

ConnectorDescriptor websocket() {
    ConnectorDescriptor descriptor;
    descriptor.name = "websocket";
    descriptor.help = "Messages over a WebSocket, as a client of an endpoint or as a server for clients.";
    descriptor.options = &websocket_option_schema();
    return descriptor;
}

ConnectorDescriptor generator() {
    ConnectorDescriptor descriptor;
    descriptor.name = "generator";
    descriptor.help = "Made-up rows for tests and demonstrations: a counter and the time.";
    descriptor.options = &generator_option_schema();
    descriptor.is_sink = false;
    descriptor.fixed_columns = {{"counter", TypeId::bigint}, {"timestamp", TypeId::timestamp}};
    return descriptor;
}

ConnectorDescriptor file() {
    ConnectorDescriptor descriptor;
    descriptor.name = "file";
    descriptor.help = "Rows of a JSON, CSV or Parquet file, or such a file written from rows.";
    descriptor.options = &file_option_schema();
    descriptor.role_option = "mode";
    return descriptor;
}

ConnectorDescriptor standard_output() {
    ConnectorDescriptor descriptor;
    descriptor.name = "stdout";
    descriptor.help = "Rows shown on standard output, in the format of the command line.";
    descriptor.options = &stdout_option_schema();
    descriptor.is_source = false;
    return descriptor;
}

ConnectorDescriptor blackhole() {
    ConnectorDescriptor descriptor;
    descriptor.name = "blackhole";
    descriptor.help = "Takes rows and forgets them, to measure what comes before.";
    descriptor.options = &blackhole_option_schema();
    descriptor.is_source = false;
    return descriptor;
}

}  // namespace

const ConnectorRegistry& builtin_connectors() {
    static const ConnectorRegistry registry({websocket(), generator(), file(), standard_output(), blackhole()});
    return registry;
}

}  // namespace laminar
