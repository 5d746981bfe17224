#include "runtime/session/query_snapshot.h"

namespace laminar {

void bring_up_to_date(DatabaseParts& database, Engine& engine, const BoundQuery& query) {
    database.graph.cycle(engine, TakeIn::everything);
    for (const QueryInput& input : query.inputs) {
        if (input.kind != InputKind::stream_table) continue;
        StreamInput* stream = database.graph.find_table(input.object);
        if (stream && stream->retained()) stream->retained()->make_readable();
    }
}

QuerySnapshot::QuerySnapshot(DatabaseParts& database, EngineReader& reader, const BoundQuery& query,
                             const StreamQueue* queue)
    : reader_(reader) {
    // Those of a statement that failed count for nothing.
    (void)reader_.take_acknowledgements();
    try {
        database.engine.call([&](Engine& engine) {
            bring_up_to_date(database, engine, query);
            for (const QueryInput& input : query.inputs) {
                if (input.kind == InputKind::system_table && !system_tables_.contains(input.object))
                    system_tables_[input.object] = reader_.show(engine.system_rows(input.object));
            }
            if (queue) put_rows_ = queue->put_rows();
            reader_.begin();
        });
    } catch (...) {
        reader_.end();
        throw;
    }
}

}  // namespace laminar
