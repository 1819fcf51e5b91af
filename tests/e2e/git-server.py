#!/usr/bin/env python3
"""Serves the git repositories of a folder for reading over HTTP, by git's own http-backend.

  git-server.py ADDRESS:PORT FOLDER      http://ADDRESS:PORT/<name>.git
"""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

READ = ("/info/refs", "/git-upload-pack")


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        path, _, query = self.path.partition("?")
        if not path.endswith(READ) or "git-receive-pack" in query:
            self.send_error(403, "read only")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        run = subprocess.run(["git", "http-backend"], input=body, stdout=subprocess.PIPE, check=False, env={
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": self.server.folder,
            "GIT_HTTP_EXPORT_ALL": "1",
            # The repositories are those of whoever runs the tests, in a folder that may be somebody else's.
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        })
        head, _, body = run.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n") if line]
        status = next((value for key, value in fields if key == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for key, value in fields:
            if key != "Status":
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer


def main():
    address, port = sys.argv[1].rsplit(":", 1)
    server = ThreadingHTTPServer((address, int(port)), Handler)
    server.folder = os.path.realpath(sys.argv[2])
    server.serve_forever()


if __name__ == "__main__":
    main()
