#pragma once

#include "server/http/messages/answer.h"
#include "server/http/messages/request.h"

namespace laminar::http {

/// The file of the page at the path of the request, or 304 where the client has it already.
[[nodiscard]] Answer page_answer(const Request& request);

}  // namespace laminar::http
