#include "connectors/delivery/error_record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "connectors/codec/values/base64.h"
#include "parser/text/json_writer.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {

std::string iso_time(std::int64_t micros) {
    const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(micros)};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       (time - seconds).count());
}

std::string write_json(const ErrorRecord& record, const std::string* data) {
    JsonWriter json;
    json.begin_object();
    json.key("error_type").text(record.error_type);
    json.key("error_message").text(record.error_message);
    json.key("failed_message").text_or_null(record.failed_message);
    json.key("timestamp").text(iso_time(record.timestamp));
    json.key("connection_name").text(record.connection_name);
    json.key("client_id").text_or_null(record.peer);
    json.key("remote_address").text_or_null(record.remote_address);
    if (record.received_at != 0) {
        json.key("message_id").text_or_null(record.message_id);
        json.key("received_at").text(iso_time(record.received_at));
        json.key("message_size").number(record.message_size);
        json.key("delivery_count").number(record.delivery_count);
    }
    if (data) json.key("data").text(*data);
    json.end_object();
    return json.take();
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
