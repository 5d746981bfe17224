#include "bench/decode_work.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "bench/event_message.h"

namespace laminar::bench {

namespace {

std::shared_ptr<BatchSchema> schema_of(std::vector<BatchColumn> columns) {
    auto schema = std::make_shared<BatchSchema>();
    schema->columns = std::move(columns);
    return schema;
}

template <class Decode>
void for_each_message(const std::vector<std::string>& texts, const Decode& decode) {
    static const auto origin = std::make_shared<const MessageOrigin>(
        MessageOrigin{.connection_name = "bench", .remote_address = "127.0.0.1:1"});
    std::uint64_t sequence = 0;
    Message message;
    message.origin = origin;
    for (const std::string& text : texts) {
        message.payload = text;
        message.wire_size = text.size();
        message.sequence = ++sequence;
        decode(message);
    }
}

void expect_none(const std::optional<MessageError>& error) {
    if (!error) return;
    std::fprintf(stderr, "not decoded: %s\n", error->message.c_str());
    std::exit(1);
}

}  // namespace

std::vector<std::string> event_messages(std::size_t count) {
    std::vector<std::string> messages;
    for (std::size_t number = 0; number < count; ++number)
        messages.push_back(event_message(static_cast<std::uint32_t>(number)));
    return messages;
}

BatchColumn field_column(const std::string& name, ColumnType type) {
    BatchColumn column;
    column.name = name;
    column.type = std::move(type);
    column.take_field(name);
    return column;
}

std::vector<BatchColumn> event_columns() {
    return {field_column("event_id", TypeId::varchar), field_column("event_type", TypeId::varchar),
            field_column("symbol", TypeId::varchar),   field_column("price", TypeId::float64),
            field_column("volume", TypeId::bigint),    field_column("timestamp", TypeId::timestamp),
            field_column("data", TypeId::json)};
}

std::vector<BatchColumn> counted_event_columns() {
    return {field_column("symbol", TypeId::varchar), field_column("price", TypeId::float64),
            field_column("timestamp", TypeId::timestamp)};
}

DecodeWork::DecodeWork(std::vector<BatchColumn> columns)
    : schema_(schema_of(std::move(columns))), decoder_(make_message_decoder({}, schema_)), batch_(schema_) {}

void DecodeWork::run(const std::vector<std::string>& messages) {
    batch_.clear();
    for_each_message(messages, [&](const Message& message) { expect_none(decoder_->decode(message, batch_)); });
}

void SharedDecodeWork::run(const std::vector<std::string>& messages) {
    std::vector<DecodeTask> tasks;
    for (DecodeWork& work : works_) {
        work.batch_.clear();
        tasks.push_back({work.decoder_.get(), &work.batch_});
    }
    for_each_message(messages, [&](const Message& message) {
        tasks.front().decoder->decode_together(message, tasks);
        for (const DecodeTask& task : tasks) expect_none(task.error);
    });
}

void SortedDecodeWork::add(std::vector<BatchColumn> columns, const std::string& event_type) {
    DecodeWork& work = works_.emplace_back(std::move(columns));
    work.schema_->accept.push_back({std::nullopt, {"event_type"}, {{ConditionValue::Kind::text, event_type}}});
    MessageSorter::Schemas schemas;
    for (const DecodeWork& each : works_) schemas.push_back(each.schema_);
    sorter_ = MessageSorter::make(schemas);
}

void SortedDecodeWork::run(const std::vector<std::string>& messages) {
    for (DecodeWork& work : works_) work.batch_.clear();
    for_each_message(messages, [&](const Message& message) {
        sorter_->sort(message, answer_);
        for (std::size_t index = 0; index < works_.size(); ++index) {
            DecodeWork& work = works_[index];
            if (answer_.shares[index].any) expect_none(work.decoder_->decode(message, work.batch_));
        }
    });
}

}  // namespace laminar::bench
