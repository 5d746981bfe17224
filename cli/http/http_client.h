#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "connectors/net/tls_context.h"
#include "server/login/access.h"

namespace laminar {

/// How a server is asked over TLS.
struct HttpTls {
    std::string authority;  ///< A PEM file, trusted instead of the system's authorities; empty: those.
};

/// Asks a server over HTTP or HTTPS, one connection for each question. Not thread-safe.
class HttpClient {
public:
    /// Why there is no answer, in words for people.
    struct Failure : std::runtime_error {
        using std::runtime_error::runtime_error;
    };

    /// token: who asks; empty: nobody in particular. tls: nothing: in plain text. Throws Failure when its files cannot
    /// be used.
    HttpClient(ListenAddress address, std::string token, const std::optional<HttpTls>& tls);

    enum class Method { get, post, remove };
    struct Question {
        Method method = Method::get;
        std::string path;
        std::string body;          ///< Of POST.
        std::string content_type;  ///< Empty: there is no body.
    };
    struct Answer {
        unsigned status = 0;
        std::string body;
    };
    /// Whatever the server says. Throws Failure when there is no answer within the limit.
    [[nodiscard]] Answer ask(Question question, std::chrono::milliseconds limit) const;

    /// Of laminar serve: the body of the answer to POST path. Throws Failure when there is none within the limit, or
    /// when it is an error.
    [[nodiscard]] std::string post(const std::string& path, std::string body, const std::string& content_type,
                                   std::chrono::milliseconds limit) const;

    /// "127.0.0.1:8433"
    [[nodiscard]] std::string name() const;

private:
    ListenAddress address_;
    std::string token_;
    TlsClientSettings tls_settings_;
    std::shared_ptr<boost::asio::ssl::context> tls_;  ///< Null: in plain text.
};

}  // namespace laminar
