#include "catalog/objects/session_settings.h"

namespace laminar {

const OptionSchema& session_setting_schema() {
    using Settings = SessionSettings;
    static const OptionSchemaOf<Settings> schema =
        OptionSchemaOf<Settings>("a session")
            .add(max_latency_setting, &Settings::max_latency,
                 {.help = "How long a row of a stream may wait for more before pipelines take it in. Larger: less "
                          "processor time, for so much later rows.",
                  .example = "INTERVAL '5 ms'",
                  .minimum = 0,
                  .maximum = 60'000'000})
            .add("memory_limit", &Settings::memory_limit,
                 {.help = "Memory the SQL engine may use for tables and queries. Larger: less of large sorts and joins "
                          "goes to temporary files.",
                  .example = "'2GB'",
                  .absent = "80 percent of the machine's",
                  .rule = TextRule::not_empty})
            .add(threads_setting, &Settings::threads,
                 {.help = "Threads that the SQL engine works with. More: large queries end sooner; small batches of "
                          "streams gain nothing.",
                  .example = "4",
                  .minimum = 1,
                  .maximum = 1024});
    return schema;
}

}  // namespace laminar
