#!/usr/bin/env bash
# A guess: a rate limiter that answers 429 with a date in Retry-After writes it as HTTP does, "Mon, 30 Nov 2026 08:54:26 GMT" (RFC 9110,
# sections 5.6.7 and 10.2.3); a limiter in Go writes what Go's own http.ParseTime reads.
# Instead: go-limiter 0.7.1 writes the date with UTC at its end, and slowapi 0.1.10 (with retry_after="http-date") with -0000. http.ParseTime
# of Go 1.26 reads neither. go-retryablehttp 0.7.8 is lenient and reads both. Flask-Limiter 4.1.1 writes GMT.
# Where: time.RFC1123 instead of http.TimeFormat, and formatdate without usegmt=True.
# For sign-in: a client that cannot read the date takes its own time, asks again too soon, and keeps its user locked out of the login.
# Write seconds into Retry-After; as a client read leniently, and take what you cannot read for a minute rather than for nothing. (Go)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet slowapi==0.1.10 fastapi==0.128.0 httpx==0.28.1 Flask-Limiter==4.1.1 Flask==3.1.3
cat > finding.py <<'PY'
import warnings

warnings.simplefilter("ignore")

import fastapi
import flask
import flask_limiter
import slowapi
from fastapi.testclient import TestClient
from slowapi.errors import RateLimitExceeded

api = fastapi.FastAPI()
api.state.limiter = slowapi.Limiter(key_func=lambda request: "ada", headers_enabled=True, retry_after="http-date")
api.add_exception_handler(RateLimitExceeded, slowapi._rate_limit_exceeded_handler)


@api.get("/")
@api.state.limiter.limit("1/minute")
def login(request: fastapi.Request):
    return fastapi.Response()


app = flask.Flask("finding")
flask_limiter.Limiter(lambda: "ada", app=app, headers_enabled=True, retry_after="http-date", default_limits=["1/minute"])
app.get("/")(lambda: "")
for name, client in (("slowapi", TestClient(api)), ("Flask-Limiter", app.test_client())):
    answers = [client.get("/") for _ in range(2)]
    assert answers[1].status_code == 429
    print(f"{name}={answers[1].headers['retry-after']}")
PY
venv/bin/python finding.py > dates
printf 'module finding\n\ngo 1.25\n\nrequire (\n%s\n)\n' "github.com/hashicorp/go-retryablehttp v0.7.8
github.com/sethvargo/go-limiter v0.7.1" > go.mod
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/sethvargo/go-limiter/httplimit"
	"github.com/sethvargo/go-limiter/memorystore"
)

func main() {
	store, _ := memorystore.New(&memorystore.Config{Tokens: 1, Interval: time.Minute})
	limiter, _ := httplimit.NewMiddleware(store, func(*http.Request) (string, error) { return "ada", nil })
	answer := func() string {
		recorder := httptest.NewRecorder()
		limiter.Handle(http.NotFoundHandler()).ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
		return recorder.Header().Get("Retry-After")
	}
	answer()
	for _, pair := range append(os.Args[1:], "go-limiter="+answer()) {
		name, date, _ := strings.Cut(pair, "=")
		_, err := http.ParseTime(date)
		refusal := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {date}}}
		waits := retryablehttp.DefaultBackoff(time.Second, 2*time.Second, 0, refusal) > 10*time.Second
		fmt.Fprintln(os.Stderr, name, date)
		fmt.Printf("%s: read by http.ParseTime %t, waited for by go-retryablehttp %t\n", name, err == nil, waits)
	}
}
GO
go mod tidy 2> /dev/null
mapfile -t dates < dates
go run . "${dates[@]}" | tee seen
diff seen - << 'SEEN'
slowapi: read by http.ParseTime false, waited for by go-retryablehttp true
Flask-Limiter: read by http.ParseTime true, waited for by go-retryablehttp true
go-limiter: read by http.ParseTime false, waited for by go-retryablehttp true
SEEN
