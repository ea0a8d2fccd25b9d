#!/usr/bin/env bash
# A guess: a formatter writes what it is given. A field "error" or "client" beside those that ECS has under these names, such as client.ip,
# is at worst a field too many in the log.
# Instead: ecs-logging 2.3.0 of PyPI makes trees of names with dots, and raises a TypeError where a name is a text and a tree. With
# logging the line is lost and a traceback goes to stderr, as for logger.exception(…, extra={"error": "invalid_grant"}); with structlog
# 26.1.0 the error comes out of the call that logs, and ends the login. "error" in a line without an exception is written.
# @elastic/ecs-winston-format 1.5.3 of npm writes both names.
# For sign-in: OAuth calls its fields error, client and user, as one logs them; what went wrong is what is not in the log then. Name your
# fields in a tree of your own (login.error, login.client), and test a line of each event together with an exception.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet ecs-logging==2.3.0 structlog==26.1.0
cat > finding.py <<'PY'
import io
import json
import logging

import ecs_logging
import structlog

handler = logging.StreamHandler(io.StringIO())
handler.setFormatter(ecs_logging.StdlibFormatter())
handler.handleError = lambda record: print("logging |", record.msg, record.fields, "| lost")
logger = logging.getLogger("login")
logger.addHandler(handler)
logger.setLevel(logging.INFO)


def log(fields: dict, fails: bool = False) -> None:
    handler.setStream(io.StringIO())
    try:
        if fails:
            raise PermissionError
        logger.info("login", extra=fields | {"fields": fields})
    except PermissionError:
        logger.exception("failed login", extra=fields | {"fields": fields})
    if text := handler.stream.getvalue():
        print("logging |", json.loads(text)["message"], fields, "| written")


log({"error": "invalid_grant"})
log({"error": "invalid_grant"}, fails=True)
log({"client": "shop", "client.ip": "192.0.2.1"})

structlog.configure(processors=[ecs_logging.StructlogFormatter()], logger_factory=structlog.WriteLoggerFactory(io.StringIO()))
for fields in ({"user.name": "ann", "client.ip": "192.0.2.1"}, {"client": "shop", "client.ip": "192.0.2.1"}):
    try:
        structlog.get_logger().info("login", **fields)
        print("structlog |", fields, "| written")
    except TypeError as raised:
        print("structlog |", fields, "|", str(raised).split(":")[0])
PY
venv/bin/python finding.py | tee seen
npm install --prefix . --silent --no-audit --no-fund @elastic/ecs-winston-format@1.5.3 winston@3.19.0
cat > finding.cjs <<'JS'
const { Writable } = require("node:stream");
const { ecsFormat } = require("@elastic/ecs-winston-format");
const winston = require("winston");

const stream = new Writable({
  write(line, _encoding, done) {
    const { client, "client.ip": address } = JSON.parse(line);
    console.log(`winston | client ${client}, client.ip ${address} | written`);
    done();
  },
});
const logger = winston.createLogger({ format: ecsFormat(), transports: [new winston.transports.Stream({ stream })] });
logger.info("login", { client: "shop", "client.ip": "192.0.2.1" });
JS
node finding.cjs | tee -a seen
diff seen - << 'SEEN'
logging | login {'error': 'invalid_grant'} | written
logging | failed login {'error': 'invalid_grant'} | lost
logging | login {'client': 'shop', 'client.ip': '192.0.2.1'} | lost
structlog | {'user.name': 'ann', 'client.ip': '192.0.2.1'} | written
structlog | {'client': 'shop', 'client.ip': '192.0.2.1'} | Type mismatch at key `client`
winston | client shop, client.ip 192.0.2.1 | written
SEEN
