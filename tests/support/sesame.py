"""A Sesame resolver on loopback that knows one object."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = """# 3c273	#Q22523669
#=S=Simbad (via url):    1
%@ 3312210
%C.0 BLL
%J 187.2779156 +02.0523883 = 12:29:06.69 +02:03:08.5
%I.0 3C 273
%I PG 1226+023
#====Done (2026-Nov-21,11:00:00z)====
"""
NOTHING = "# nosuch\n#!S=Simbad: Nothing found\n#====Done====\n"


class Sesame:
    """What the server was asked, and how it shall answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: str | None = None
        self.status = 200
        self.delay = 0.0
        self.url = ""


@contextmanager
def sesame_server() -> Iterator[Sesame]:
    """Run the server as long as the block lasts."""
    state = Sesame()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            time.sleep(state.delay)
            text = state.answer or (ANSWER if self.path.endswith("?3C%20273") else NOTHING)
            self.send_response(state.status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/sesame"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
