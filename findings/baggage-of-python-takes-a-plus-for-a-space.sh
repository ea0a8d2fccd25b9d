#!/usr/bin/env bash
# A guess: baggage, the header in which OpenTelemetry carries values such as a member or an organization from service to service, is read
# alike in all its languages. Values are percent-encoded, and "+" is a baggage-octet that stands for itself (W3C Baggage, "value").
# Instead: opentelemetry-api 1.45.2 for Python encodes and decodes as a form does. "ada+test@example.org", which Go 1.47.0 writes as it is,
# is "ada test@example.org" to Python; "Acme Inc", which Python writes as "Acme+Inc", is "Acme+Inc" to Go and to JavaScript 2.12.1. Go and
# JavaScript read each other's.
# Where: quote_plus and unquote_plus in its W3CBaggagePropagator.
# For sign-in: an address with a plus finds no member behind a Python service, and a tenant's name no tenant behind any other. Carry ids
# of letters and digits. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet opentelemetry-api==1.45.2
npm install --prefix . --silent --no-audit --no-fund @opentelemetry/api@1.9.1 @opentelemetry/core@2.12.1
# Each program writes a header, and reads those that it is given.
cat > baggage.py <<'PY'
import sys

from opentelemetry import baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator

headers, context = {}, None
for name, value in {"user": "ada+test@example.org", "org": "Acme Inc"}.items():
    context = baggage.set_baggage(name, value, context)
W3CBaggagePropagator().inject(headers, context)
for header in sys.argv[1:] or [headers["baggage"]]:
    read = baggage.get_all(W3CBaggagePropagator().extract({"baggage": [header]}))
    print(f"Python: {read['user']}, {read['org']}" if sys.argv[1:] else header)
PY
cat > baggage.cjs <<'JS'
const { defaultTextMapGetter, defaultTextMapSetter, propagation, ROOT_CONTEXT } = require("@opentelemetry/api");
const { W3CBaggagePropagator } = require("@opentelemetry/core");

const propagator = new W3CBaggagePropagator();
const headers = {};
const baggage = propagation.createBaggage({ user: { value: "ada+test@example.org" }, org: { value: "Acme Inc" } });
propagator.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), headers, defaultTextMapSetter);
if (process.argv.length === 2) console.log(headers.baggage);
for (const header of process.argv.slice(2)) {
  const read = propagation.getBaggage(propagator.extract(ROOT_CONTEXT, { baggage: header }, defaultTextMapGetter));
  console.log(`JavaScript: ${read.getEntry("user").value}, ${read.getEntry("org").value}`);
}
JS
printf 'module finding\n\ngo 1.25\n\nrequire go.opentelemetry.io/otel v1.47.0\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
)

func main() {
	user, _ := baggage.NewMemberRaw("user", "ada+test@example.org")
	org, _ := baggage.NewMemberRaw("org", "Acme Inc")
	written, _ := baggage.New(user, org)
	headers := propagation.MapCarrier{}
	propagation.Baggage{}.Inject(baggage.ContextWithBaggage(context.Background(), written), headers)
	if len(os.Args) == 1 {
		fmt.Println(headers["baggage"])
	}
	for _, header := range os.Args[1:] {
		read := baggage.FromContext(propagation.Baggage{}.Extract(context.Background(), propagation.MapCarrier{"baggage": header}))
		fmt.Printf("Go: %s, %s\n", read.Member("user").Value(), read.Member("org").Value())
	}
}
GO
go mod tidy 2> /dev/null
go build -o baggage .
# Written by Python, JavaScript and Go, in this order.
headers=("$(venv/bin/python baggage.py)" "$(node baggage.cjs)" "$(./baggage)")
printf '%s\n' "${headers[@]}"
{ venv/bin/python baggage.py "${headers[@]}"; node baggage.cjs "${headers[@]}"; ./baggage "${headers[@]}"; } | tee seen
diff seen - << 'SEEN'
Python: ada+test@example.org, Acme Inc
Python: ada+test@example.org, Acme Inc
Python: ada test@example.org, Acme Inc
JavaScript: ada+test@example.org, Acme+Inc
JavaScript: ada+test@example.org, Acme Inc
JavaScript: ada+test@example.org, Acme Inc
Go: ada+test@example.org, Acme+Inc
Go: ada+test@example.org, Acme Inc
Go: ada+test@example.org, Acme Inc
SEEN
