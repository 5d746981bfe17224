#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "server/login/access.h"

namespace laminar {

/// Asks laminar serve over plain HTTP, one connection for each question. Not thread-safe.
class HttpClient {
public:
    /// Why there is no answer, in words for people.
    struct Failure : std::runtime_error {
        using std::runtime_error::runtime_error;
    };

    /// token: who asks; empty: nobody in particular.
    HttpClient(ListenAddress address, std::string token) : address_(std::move(address)), token_(std::move(token)) {}

    /// The body of the answer to POST path. Throws Failure when there is none within the limit, or when it is an error.
    [[nodiscard]] std::string post(const std::string& path, std::string body, const std::string& content_type,
                                   std::chrono::milliseconds limit) const;

    /// "127.0.0.1:8433"
    [[nodiscard]] std::string name() const;

private:
    ListenAddress address_;
    std::string token_;
};

}  // namespace laminar
