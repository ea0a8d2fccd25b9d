"""An HTTP server for findings, on a free port of 127.0.0.1."""

import http.server
import pathlib


class Handler(http.server.BaseHTTPRequestHandler):
    """To be given a method for each kind of request, which answers once."""

    def log_message(self, *_):
        pass

    def answer(self, body: bytes, kind: str = "application/json", status: int = 200, headers: tuple = ()):
        self.send_response(status)
        for name, value in (*headers, ("content-type", kind), ("content-length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def listen(handler: type[Handler]) -> http.server.ThreadingHTTPServer:
    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


def serve(handler: type[Handler]):
    """Serves until it is ended. The port stands in the file `port` as soon as somebody may come."""
    server = listen(handler)
    pathlib.Path("port.new").write_text(str(server.server_port))
    pathlib.Path("port.new").rename("port")
    server.serve_forever()
