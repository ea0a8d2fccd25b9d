"""Where text messages go, in the place of a provider."""

import http.server
import json
import threading


class Gateway:
    """What takes text messages, in the place of a provider; it may be told to refuse some."""

    def __init__(self):
        self.got, self.answers, gateway = [], [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                gateway.got.append((self.path, headers, body))
                status, answer = gateway.answers.pop(0) if gateway.answers else (201, {})
                self.send_response(status)
                self.send_header("content-length", str(len(json.dumps(answer))))
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"

    def texts(self, number: str) -> list[str]:
        bodies = [json.loads(body) for _, _, body in self.got]
        return [body["body"] for body in bodies if body["to"] == number]
