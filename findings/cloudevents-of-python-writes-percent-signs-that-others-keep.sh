#!/usr/bin/env bash
# A guess: the CloudEvents SDKs, all of one project, read each other's events over HTTP. In binary mode attributes are headers, and for
# what a header cannot hold, the HTTP binding has one rule: percent-encode when sending, decode on receipt (section 3.1.3.2).
# Instead: the SDK for Python 2.2.0 does that; those for JavaScript 10.0.0 and Go 2.16.2 do neither. The subject "Zoë Łuc" of a Python
# event is "Zo%C3%AB%20%C5%81uc" to both, and an attribute "Acme EU" is "Acme%20EU" for its space alone. JavaScript cannot send the same
# event at all. Nor do the older modules of the SDK for Python itself (cloudevents.v1) decode.
# For sign-in: what consumes events of members or organizations looks for a name that does not exist, once a producer moves to another
# language or to the newer modules. Put ids into subject and extensions and names into the data, or send in structured mode. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet cloudevents==2.2.0
npm install --prefix . --silent --no-audit --no-fund cloudevents@10.0.0
cat > write.py <<'PY'
import json

from cloudevents.core.bindings.http import HTTPMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.http import from_http

attributes = {"id": "1", "source": "/auth", "type": "member.login", "specversion": "1.0", "subject": "Zoë Łuc", "tenantname": "Acme EU"}
message = to_binary(CloudEvent(attributes, {}), JSONFormat())
again = from_binary(HTTPMessage(message.headers, message.body), JSONFormat()).get_attributes()
older = from_http(message.headers, message.body)
print("Python |", again["subject"], "|", again["tenantname"])
print("Python, v1 |", older["subject"], "|", older["tenantname"])
json.dump({"headers": message.headers, "body": "{}"}, open("message.json", "w"))
PY
venv/bin/python write.py | tee seen
cat > read.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { CloudEvent, emitterFor, HTTP, httpTransport } from "cloudevents";

const event = HTTP.toEvent(JSON.parse(readFileSync("message.json", "utf8")));
console.log(`JavaScript | ${event.subject} | ${event.tenantname}`);
const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1", async () => {
  const emit = emitterFor(httpTransport(`http://127.0.0.1:${server.address().port}`));
  const sent = emit(new CloudEvent({ source: "/auth", type: "member.login", subject: "Zoë Łuc", data: {} }));
  console.log("JavaScript sends |", await sent.then(() => "it", (error) => error.message));
  server.close();
});
JS
node read.mjs | tee -a seen
printf 'module finding\n\ngo 1.25\n\nrequire github.com/cloudevents/sdk-go/v2 v2.16.2\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"

	cloudevents "github.com/cloudevents/sdk-go/v2"
)

func main() {
	var message struct{ Headers map[string]string }
	text, _ := os.ReadFile("message.json")
	if err := json.Unmarshal(text, &message); err != nil {
		panic(err)
	}
	request := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
	for name, value := range message.Headers {
		request.Header.Set(name, value)
	}
	event, err := cloudevents.NewEventFromHTTPRequest(request)
	if err != nil {
		panic(err)
	}
	fmt.Println("Go |", event.Subject(), "|", event.Extensions()["tenantname"])
}
GO
go mod tidy 2> /dev/null
go run . | tee -a seen
diff seen - << 'SEEN'
Python | Zoë Łuc | Acme EU
Python, v1 | Zo%C3%AB%20%C5%81uc | Acme%20EU
JavaScript | Zo%C3%AB%20%C5%81uc | Acme%20EU
JavaScript sends | Invalid character in header content ["ce-subject"]
Go | Zo%C3%AB%20%C5%81uc | Acme%20EU
SEEN
