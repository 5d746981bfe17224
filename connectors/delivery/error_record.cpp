#include "connectors/delivery/error_record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <chrono>

#include "connectors/codec/values/base64.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {

std::string iso_time(std::int64_t micros) {
    const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(micros)};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       (time - seconds).count());
}

}  // namespace

namespace {

std::string write_json(const ErrorRecord& record, const std::string* data) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    const auto key = [&writer](std::string_view name) {
        writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    };
    const auto field = [&](std::string_view name, std::string_view value, bool may_be_null) {
        key(name);
        if (value.empty() && may_be_null) {
            writer.Null();
        } else {
            writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
        }
    };
    writer.StartObject();
    field("error_type", record.error_type, false);
    field("error_message", record.error_message, false);
    field("failed_message", record.failed_message, true);
    field("timestamp", iso_time(record.timestamp), false);
    field("connection_name", record.connection_name, false);
    field("client_id", record.peer, true);
    field("remote_address", record.remote_address, true);
    if (record.received_at != 0) {
        field("message_id", record.message_id, true);
        field("received_at", iso_time(record.received_at), false);
        key("message_size");
        writer.Uint64(record.message_size);
        key("delivery_count");
        writer.Uint(record.delivery_count);
    }
    if (data) field("data", *data, false);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string to_json(const ErrorRecord& record) { return write_json(record, nullptr); }

std::string to_json(const ErrorRecord& record, std::string_view payload) {
    std::string data;
    append_base64(data, payload);
    return write_json(record, &data);
}

std::string printable_payload(std::string_view payload, std::size_t limit) {
    std::size_t size = payload.size() < limit ? payload.size() : limit;
    if (find_invalid_utf8(payload) == std::string_view::npos) {
        // Not within a character.
        while (size < payload.size() && size > 0 && (static_cast<unsigned char>(payload[size]) & 0xC0U) == 0x80U)
            --size;
        return std::string(payload.substr(0, size));
    }
    std::string text;
    append_base64(text, payload.substr(0, size));
    return text;
}

}  // namespace laminar
