"""Which test proves that an option of a connector does what its name says. test_option_coverage.py compares this with
the option schemas of the program.

A proof is "test_file.Class.test_name" in this folder or "sql/name" in tests/sql. It must fail when the option is
ignored. Several proofs of one option are a list; together they must name every value of an option that has a fixed
list of values."""

PROOFS = {
    "websocket": {
        "mode": ["test_feed.FeedTest.test_every_field_of_every_message",
                 "test_server.ServerTest.test_messages_of_many_clients_become_rows"],
        "format": "test_feed.FeedTest.test_text_and_binary_formats",
        "endpoint": "test_client.EndpointsTest.test_several_endpoints_are_tried_in_turn",
        "headers": "test_client.HandshakeTest.test_headers_are_read_anew_on_every_connect",
        "subprotocols": ["test_client.HandshakeTest.test_the_subprotocol_is_negotiated_and_visible",
                         "test_client.HandshakeTest.test_a_server_without_the_subprotocols_is_refused"],
        "proxy": ["test_client.ProxyTest.test_the_connection_goes_through_the_proxy",
                  "test_client.ProxyTest.test_a_proxy_that_refuses_is_told_from_the_server"],
        "connect_timeout_ms": "test_client.HandshakeTest.test_a_connect_that_is_not_answered_ends",
        "handshake_timeout_ms": "test_client.HandshakeTest.test_a_handshake_that_is_not_answered_ends",
        "subscribe_message": "test_subscription.SubscriptionTest.test_several_messages_are_sent_in_order_on_every_connect",
        "subscribe_confirm": ["test_subscription.SubscriptionTest.test_a_confirmed_subscription",
                              "test_subscription.SubscriptionTest.test_a_rejected_subscription_is_a_failed_attempt"],
        "subscribe_confirm_timeout_ms": "test_subscription.SubscriptionTest.test_a_rejected_subscription_is_a_failed_attempt",
        "resume_field": "test_resume.ResumeTest.test_a_feed_goes_on_where_it_was",
        "reconnect": "test_reconnect.ReconnectTest.test_without_reconnect_the_end_of_the_connection_is_the_end",
        "reconnect_interval_ms": "test_reconnect.BackoffTest.test_delays_grow_by_the_multiplier_up_to_the_cap",
        "reconnect_backoff_multiplier": "test_reconnect.BackoffTest.test_delays_grow_by_the_multiplier_up_to_the_cap",
        "max_reconnect_interval_ms": "test_reconnect.BackoffTest.test_delays_grow_by_the_multiplier_up_to_the_cap",
        "max_reconnect_attempts": "test_reconnect.BackoffTest.test_peers_that_misbehave_are_not_hammered",
        "reconnect_stable_ms": "test_reconnect.BackoffTest.test_a_short_connection_does_not_reset_the_delays",
        "heartbeat_interval_s": ["test_liveness.LivenessTest.test_pings_are_sent_and_their_pongs_keep_the_connection",
                                 "test_liveness.LivenessTest.test_without_heartbeats_silence_is_no_reason"],
        "heartbeat_timeout_s": "test_liveness.LivenessTest.test_a_half_open_connection_is_given_up",
        "ping_message": "test_liveness.LivenessTest.test_application_heartbeats",
        "pong_message": "test_liveness.LivenessTest.test_application_heartbeats",
        "idle_timeout_s": "test_liveness.LivenessTest.test_a_silent_feed_is_connected_anew",
        "port": "test_server.ServerTest.test_a_port_in_use_is_an_error",
        "path": "test_server.ServerTest.test_wrong_paths_and_plain_requests_are_refused",
        "max_connections": "test_server.ServerTest.test_more_clients_than_allowed_are_refused",
        "broadcast": "test_server.ServerTest.test_rows_are_broadcast_to_every_client",
        "tls_cert": "test_tls_peers.TlsServerTest.test_clients_with_tls",
        "tls_key": "test_tls_peers.TlsServerTest.test_clients_with_tls",
        "tls_client_ca": "test_tls_peers.TlsServerTest.test_client_certificates",
        "buffer_size": "test_acknowledgement.ClientAcknowledgementTest.test_messages_in_flight_are_bounded",
        "batch_size": "test_errors.BatchingTest.test_batch_size_makes_full_batches",
        "batch_timeout_ms": "test_errors.BatchingTest.test_batch_timeout_ends_the_wait",
        "on_error": ["test_errors.ErrorTest.test_on_error_continue_goes_on",
                     "test_errors.ErrorTest.test_on_error_fail_ends_the_connection",
                     "test_errors.ErrorTest.test_on_error_retry_tries_a_row_again"],
        "max_errors_per_minute": "test_errors.ErrorTest.test_max_errors_per_minute",
        "error_buffer_size": "test_errors.ErrorTest.test_error_buffer_size_is_how_many_errors_wait_for_a_table",
        "dlq_enabled": ["test_errors.DeadLetterTest.test_the_queue_of_the_specification",
                        "test_errors.DeadLetterTest.test_without_dlq_enabled_nothing_is_kept"],
        "auto_ack": "test_acknowledgement.ClientAcknowledgementTest.test_what_is_acknowledged_is_not_delivered_again",
        "ack_message": ["test_acknowledgement.ClientAcknowledgementTest.test_ack_message_names_the_message_as_the_peer_wants_it",
                        "test_acknowledgement.ServerAcknowledgementTest.test_automatic_acknowledgement"],
        "ack_timeout_ms": "test_acknowledgement.ClientAcknowledgementTest.test_what_is_acknowledged_is_not_delivered_again",
        "max_deliveries": "test_acknowledgement.ClientAcknowledgementTest.test_after_max_deliveries_a_message_is_a_dead_letter",
        "message_id_field": "test_acknowledgement.ClientAcknowledgementTest.test_ack_message_names_the_message_as_the_peer_wants_it",
        "tls_verify": "test_tls.TlsTest.test_verification_can_be_switched_off",
        "tls_hostname_verification": "test_tls.TlsTest.test_a_certificate_for_another_host_is_refused",
        "tls_ca_cert": ["test_tls.TlsTest.test_a_trusted_certificate_is_accepted",
                        "test_tls.TlsTest.test_an_unknown_authority_is_refused"],
        "tls_client_cert": "test_tls.TlsTest.test_a_client_certificate_is_shown",
        "tls_client_key": "test_tls.TlsTest.test_a_client_certificate_is_shown",
    },
    "file": {
        "path": ["test_file.FileTest.test_files_are_read", "test_file.FileTest.test_a_file_is_written"],
        "mode": ["test_file.FileTest.test_files_are_read", "test_file.FileTest.test_a_file_is_written"],
        "rate": "test_file.FileTest.test_a_rate_holds_rows_back",
    },
    "generator": {
        "rows_per_second": "sql/wait_timeout",
        "max_rows": "sql/generator",
    },
}

# Options that no test proves yet, or that the program does not act on yet. This must shrink to nothing.
NOT_YET_PROVEN = {
    "websocket": {
        # The server.
        "host", "max_connections_per_ip", "auth_token", "basic_auth", "allowed_origins", "max_header_size",
        "slow_client", "send_buffer_size", "batch_framing",
        "compression", "compression_level", "compression_threshold", "deflate_window_bits",
        "deflate_no_context_takeover",
        # Delivery and errors.
        "buffer_bytes", "overflow", "max_message_size",
    },
    # Parquet is refused when it is opened.
    "file": {"format"},
}
