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
            .add(memory_limit_setting, &Settings::memory_limit,
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
                  .maximum = 1024})
            .add(commit_interval_setting, &Settings::commit_interval_ms,
                 {.help = "With a data directory: how long rows are collected for one commit. Larger: fewer commits, "
                          "for so much later results. 0 commits as often as rows come.",
                  .example = "50",
                  .unit = "ms",
                  .minimum = 0,
                  .maximum = 60'000})
            .add(checkpoint_threshold_setting, &Settings::checkpoint_threshold,
                 {.help = "With a data directory: how large its log becomes before it is worked off into the database. "
                          "Larger: fewer checkpoints, each longer, and a longer start after a kill.",
                  .example = "'32MB'",
                  .rule = TextRule::not_empty})
            .add(disk_limit_setting, &Settings::disk_limit,
                 {.help = "How large the data directory may become. When it is so large, inputs are not read until "
                          "there is room again.",
                  .example = "'10GB'",
                  .absent = "as large as the disk",
                  .rule = TextRule::not_empty});
    return schema;
}

}  // namespace laminar
