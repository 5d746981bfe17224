#include "connectors/generator/generator_connector.h"

#include "catalog/options/option_schema.h"
#include "connectors/generator/generator_connection.h"
#include "connectors/generator/options.h"

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

ConnectorDescriptor describe() {
    ConnectorDescriptor descriptor;
    descriptor.name = "generator";
    descriptor.help = "Made-up rows for tests and demonstrations: a counter and the time.";
    descriptor.options = &generator_option_schema();
    descriptor.is_sink = false;
    descriptor.fixed_columns = {{"counter", TypeId::bigint}, {"timestamp", TypeId::timestamp}};
    return descriptor;
}

class GeneratorConnector final : public Connector {
public:
    GeneratorConnector() : Connector(describe()) {}

    [[nodiscard]] std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                   const ConnectionContext& context) const override {
        return make_generator_connection(definition, context);
    }
    [[nodiscard]] bool can_be_read_again(const ConnectorOptions& /*options*/) const override { return true; }
};

}  // namespace

const Connector& generator_connector() {
    static const GeneratorConnector connector;
    return connector;
}

}  // namespace laminar
