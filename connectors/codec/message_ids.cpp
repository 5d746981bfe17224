#include "connectors/codec/message_ids.h"

#include <algorithm>
#include <utility>

#include "catalog/options/json_path.h"

namespace laminar {

void MessageIds::make_decoder() {
    // A column that takes anything of the message, so that each object in it is a row.
    BatchColumn field;
    field.name = "field";
    field.type = TypeId::json;
    field.json_path = parse_json_path(field_).value_or(std::vector<std::string>{field_});
    BatchColumn id;
    id.name = "message_id";
    id.type = TypeId::varchar;
    id.metadata = MetadataField::message_id;
    auto schema = std::make_shared<BatchSchema>();
    schema->columns = {std::move(field), std::move(id)};
    DecoderOptions options;
    options.message_id_field = field_;
    decoder_ = make_message_decoder(options, schema);
    batch_ = std::make_unique<ColumnBatch>(std::move(schema));
}

std::vector<std::string> MessageIds::read(const Message& message) {
    if (!decoder_) make_decoder();
    batch_->clear();
    (void)decoder_->decode(message, *batch_);
    std::vector<std::string> ids;
    const auto add = [&](std::string id) {
        if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
    };
    for (std::size_t row = 0; row < batch_->rows; ++row) {
        std::string id;
        batch_->facts.append_message_id(row, id);
        add(std::move(id));
    }
    if (batch_->rows == 0) {
        std::string id;
        append_generated_message_id(id, message.origin.get(), message.sequence);
        add(std::move(id));
    }
    return ids;
}

}  // namespace laminar
