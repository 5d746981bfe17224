#include "server/http/answers/page_answer.h"

#include <string>

#include "server/page/page_assets.h"

namespace laminar::http {

Answer page_answer(const Request& request) {
    const PageAsset* asset = find_page_asset(request.path);
    if (asset == nullptr) return error_answer({.status = 404, .message = "there is nothing at " + request.path});
    // Asked for again each time, and sent again only after the program has changed.
    Answer answer{{.content_type = std::string(asset->content_type),
                   .headers = {{"Cache-Control", "no-cache"},
                               {"ETag", std::string(asset->entity_tag)},
                               {"Content-Security-Policy", std::string(page_security_policy)},
                               {"Referrer-Policy", "no-referrer"},
                               {"Cross-Origin-Opener-Policy", "same-origin"}}},
                  {}};
    if (request.header("If-None-Match") == asset->entity_tag) {
        answer.head.status = 304;
    } else {
        answer.body = asset->content;
    }
    return answer;
}

}  // namespace laminar::http
