#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "connectors/net/tls_context.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/session/peer_session.h"

namespace laminar {

/// One client of a server, from its TCP connection on, whether it is admitted or not. Lives on a strand of its own.
struct Visit {
    Visit(boost::asio::ip::tcp::socket accepted, boost::asio::any_io_executor own_strand, std::string client_ip,
          std::string address)
        : socket(std::move(accepted)),
          strand(std::move(own_strand)),
          ip(std::move(client_ip)),
          remote_address(std::move(address)) {}

    boost::asio::ip::tcp::socket socket;  ///< Moves into the stream.
    boost::asio::any_io_executor strand;
    std::string ip;
    std::string remote_address;    ///< With the port.
    std::string client_id;         ///< Once it is served.
    std::string tls_subject;       ///< Of its certificate; empty without one, as the next three.
    std::string query_parameters;  ///< Of its request, as a JSON object.
    std::string path_parameters;   ///< The same.
    std::string request_path;      ///< Of ours, the one that it is for, as it is written: without secrets.
    std::string subprotocol;       ///< Agreed on.
    TlsPeerReport tls_report;
    std::unique_ptr<MessageStream> stream;
    PeerSession* session = nullptr;  ///< While it is served.
    std::uint64_t pending_number = 0;
    bool counts_for_address = false;  ///< In the client directory; to be taken back, as the next.
    bool holds_place = false;
    bool stopped = false;   ///< By us.
    bool gave_way = false;  ///< To others that came later, before it had shaken hands.
};

}  // namespace laminar
