#include "runtime/session/query_snapshot.h"

namespace laminar {

QuerySnapshot::QuerySnapshot(DatabaseParts& database, EngineReader& reader, const BoundQuery& query) : reader_(reader) {
    try {
        database.engine.call([&](Engine& engine) {
            database.graph.cycle(engine, true);
            for (const QueryInput& input : query.inputs) {
                if (input.kind == InputKind::system_table) {
                    if (!system_tables_.contains(input.object))
                        system_tables_[input.object] = reader_.show(engine.system_rows(input.object));
                } else if (input.kind == InputKind::stream_table) {
                    StreamInput* stream = database.graph.find_table(input.object);
                    if (stream && stream->retained()) stream->retained()->make_readable();
                }
            }
            reader_.begin();
        });
    } catch (...) {
        reader_.end();
        throw;
    }
}

}  // namespace laminar
