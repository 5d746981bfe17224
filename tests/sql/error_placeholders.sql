-- args: check {file}
-- A ${...} that an option does not replace would go out as it is.
CREATE CONNECTION a TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1/?from=${resume}&k=${secret:key}', format = 'json',
    resume_field = '$.n', ping_message = JSON_OBJECT('at': '${resume}'), heartbeat_interval_s = 5);
CREATE CONNECTION b TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1/${message_id}', format = 'json',
    headers = MAP {'X-Home': '${HOME}', 'X-Id': '${message_id}', 'X-Key': '${secret:key}'},
    subscribe_message = [JSON_OBJECT('op': '${subscribe}'), 'costs ${ and $5', '${secret:key} ${resume:1}'],
    auto_ack = false, ack_message = '${message_id} ${resume} ${secret:key}');
CREATE CONNECTION c TO websocket (mode = 'server', port = 0, format = 'json', path = '/${secret:path}', auth_token = '${token}',
    message_id_field = 'a..b');
CREATE CONNECTION d TO file (path = '${HOME}/rows.json');
CREATE CONNECTION e TO file (path = '${secret:path}');
