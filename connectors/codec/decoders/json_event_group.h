#pragma once

#include <rapidjson/reader.h>

namespace laminar {

/// Events of RapidJSON's reader for several that listen: Group::tell calls a function with each of them, and says
/// whether any still listens.
template <class Group>
class JsonEventGroup : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Group> {
public:
    bool Null() {
        return group().tell([](auto& events) { return events.Null(); });
    }
    bool Bool(bool value) {
        return group().tell([&](auto& events) { return events.Bool(value); });
    }
    bool RawNumber(const char* text, rapidjson::SizeType length, bool copy) {
        return group().tell([&](auto& events) { return events.RawNumber(text, length, copy); });
    }
    bool String(const char* text, rapidjson::SizeType length, bool copy) {
        return group().tell([&](auto& events) { return events.String(text, length, copy); });
    }
    bool Key(const char* text, rapidjson::SizeType length, bool copy) {
        return group().tell([&](auto& events) { return events.Key(text, length, copy); });
    }
    bool StartObject() {
        return group().tell([](auto& events) { return events.StartObject(); });
    }
    bool EndObject(rapidjson::SizeType members) {
        return group().tell([&](auto& events) { return events.EndObject(members); });
    }
    bool StartArray() {
        return group().tell([](auto& events) { return events.StartArray(); });
    }
    bool EndArray(rapidjson::SizeType elements) {
        return group().tell([&](auto& events) { return events.EndArray(elements); });
    }

private:
    [[nodiscard]] Group& group() noexcept { return static_cast<Group&>(*this); }
};

}  // namespace laminar
