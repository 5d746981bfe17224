#include "catalog/expressions/value_functions.h"

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {

const std::vector<ValueFunction>& value_functions() {
    using Operation = ComputedOperation;
    using Kind = ParameterKind;
    using Type = ComputedType;
    constexpr bool variadic = true;
    static const std::vector<ValueFunction> functions{
        {"base64", Operation::to_base64, {Kind::bytes}, 1},
        {"coalesce", Operation::coalesce, {Kind::any}, 1, variadic, Type::json},
        {"concat", Operation::concat, {Kind::text}, 1, variadic},
        {"decode", Operation::decode, {Kind::blob}, 1},
        {"encode", Operation::encode, {Kind::text}, 1, false, Type::blob},
        {"epoch", Operation::epoch, {Kind::timestamp}, 1, false, Type::real},
        {"epoch_ms", Operation::epoch_ms, {Kind::timestamp}, 1, false, Type::bigint},
        {"epoch_ns", Operation::epoch_ns, {Kind::timestamp}, 1, false, Type::bigint},
        {"epoch_us", Operation::epoch_us, {Kind::timestamp}, 1, false, Type::bigint},
        {"from_base64", Operation::from_base64, {Kind::text}, 1, false, Type::blob},
        {"from_hex", Operation::from_hex, {Kind::text}, 1, false, Type::blob},
        {"gen_random_uuid", Operation::uuid, {}},
        {"hex", Operation::to_hex, {Kind::digits}, 1},
        {"hmac_sha1", Operation::hmac_sha1, {Kind::bytes, Kind::bytes}, 2},
        {"hmac_sha256", Operation::hmac_sha256, {Kind::bytes, Kind::bytes}, 2},
        {"hmac_sha384", Operation::hmac_sha384, {Kind::bytes, Kind::bytes}, 2},
        {"hmac_sha512", Operation::hmac_sha512, {Kind::bytes, Kind::bytes}, 2},
        {"json_array", Operation::json_array, {Kind::any}, 0, variadic, Type::json},
        {"length", Operation::length, {Kind::text}, 1, false, Type::bigint},
        {"lower", Operation::lower, {Kind::text}, 1},
        {"lpad", Operation::pad_left, {Kind::text, Kind::whole, Kind::text}, 3},
        {"md5", Operation::md5, {Kind::bytes}, 1},
        {"next_id", Operation::next_id, {}, 0, false, Type::bigint},
        {"now", Operation::now, {}, 0, false, Type::timestamp},
        {"octet_length", Operation::octet_length, {Kind::bytes}, 1, false, Type::bigint},
        {"received", Operation::received, {Kind::constant}, 0, false, Type::json},
        {"replace", Operation::replace, {Kind::text, Kind::text, Kind::text}, 3},
        {"resume", Operation::resume, {}, 0, false, Type::json},
        {"rpad", Operation::pad_right, {Kind::text, Kind::whole, Kind::text}, 3},
        {"secret", Operation::secret, {Kind::constant}, 1},
        {"sha1", Operation::sha1, {Kind::bytes}, 1},
        {"sha256", Operation::sha256, {Kind::bytes}, 1},
        {"sha384", Operation::sha384, {Kind::bytes}, 1},
        {"sha512", Operation::sha512, {Kind::bytes}, 1},
        {"strftime", Operation::strftime, {Kind::timestamp, Kind::constant}, 2},
        {"substr", Operation::substring, {Kind::text, Kind::whole, Kind::whole}, 2},
        {"substring", Operation::substring, {Kind::text, Kind::whole, Kind::whole}, 2},
        {"to_base64", Operation::to_base64, {Kind::bytes}, 1},
        {"to_hex", Operation::to_hex, {Kind::digits}, 1},
        {"to_json", Operation::to_json, {Kind::any}, 1, false, Type::json},
        {"trim", Operation::trim, {Kind::text}, 1},
        {"unhex", Operation::from_hex, {Kind::text}, 1, false, Type::blob},
        {"upper", Operation::upper, {Kind::text}, 1},
        {"url_decode", Operation::url_decode, {Kind::text}, 1},
        {"url_encode", Operation::url_encode, {Kind::text}, 1},
        {"uuid", Operation::uuid, {}}};
    return functions;
}

const ValueFunction* find_value_function(std::string_view name) {
    const std::vector<ValueFunction>& all = value_functions();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const ValueFunction& each) { return equals_ignoring_case(each.name, name); });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace laminar
