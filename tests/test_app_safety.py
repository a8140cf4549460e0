"""What the page must never do, tried as an attacker would: by forged requests."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from serving import Server, serving


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "app.py", "corpus/kazakhstan-unrest.txt", "%2e%2e/%2e%2e/etc/passwd", "{index}/passages.db"],
)
def test_no_file_of_the_machine_can_be_read(server: Server, path: str):
    path = path.format(index=server.folder / "index")
    for before in (
        "/gradio_api/file=",
        "/file=",
        "/gradio_api/file/",
        "/static/",
        "/assets/",
        "/gradio_api/upload/../",
    ):
        answer = httpx.get(f"{server.address}{before}{path}")
        assert answer.status_code >= 400, before


def forge(http: httpx.Client, event: int, data: list) -> str:
    """Sends an event of the page as a browser would, and returns all that the server says to it."""
    call = {"fn_index": event, "session_hash": f"forged{event}", "data": data, "event_data": {"value": data}}
    joined = http.post("/gradio_api/queue/join", json=call)
    told = joined.text
    if joined.status_code == 200:
        with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": f"forged{event}"}) as stream:
            for line in stream.iter_lines():
                told += line
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
    return told


def events(http: httpx.Client, kind: str = "") -> list[dict]:
    found = http.get("/config").json()["dependencies"]
    return [event for event in found if not kind or any(name == kind for _, name in event["targets"])]


def test_uploads_are_checked_on_the_server(server: Server, client: Client):
    before = client.predict(api_name="/documents")
    http = httpx.Client(base_url=server.address, timeout=60)
    large = http.post("/gradio_api/upload", files={"files": ("large.txt", b"a" * 50_000_001)})
    assert large.status_code == 413
    sent = http.post(
        "/gradio_api/upload",
        files=[("files", ("tool.exe", b"MZ some text")), ("files", ("../../../climbed.txt", b"some text"))],
    )
    program, climbed = sent.json()
    assert not list(server.folder.glob("*climbed.txt"))
    assert Path(climbed).is_relative_to(server.folder)
    (adding,) = events(http, "upload")
    for path in ("/etc/hostname", str(server.folder / "corpus" / "kazakhstan-unrest.txt"), program):
        told = forge(http, adding["id"], [[{"path": path, "meta": {"_type": "gradio.FileData"}}], ""])
        assert '"success":false' in told or "are not known" in told, told
    assert client.predict(api_name="/documents") == before
    assert (server.folder / "corpus" / "kazakhstan-unrest.txt").is_file()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(
        tmp_path_factory.mktemp("closed"), "--read-only", "--auth", "ann:secret", "--host", "0.0.0.0"
    ) as started:
        yield started


def test_read_only_refuses_changes_also_by_api_and_forged_events(closed: Server):
    client = Client(closed.address, auth=("ann", "secret"), verbose=False)
    assert client.predict("who did Tokayev appoint?", api_name="/ask")["answer"] == "Alikhan Smailov"
    before = stored(closed)
    document = client.predict(api_name="/documents")[0]["id"]
    for endpoint, arguments in (("/add", ["Some text."]), ("/remove", [document])):
        with pytest.raises(AppError, match="read-only"):
            client.predict(*arguments, api_name=endpoint)
    assert httpx.get(f"{closed.address}/config").status_code == 401
    http = httpx.Client(base_url=closed.address, timeout=60)
    http.post("/login", data={"username": "ann", "password": "secret"})
    assert http.post("/gradio_api/upload", files={"files": ("a.txt", b"some text")}).status_code == 413
    targets = [name for event in events(http) for _, name in event["targets"]]
    assert "upload" not in targets
    assert "like" not in targets
    for event in events(http):
        if event["backend_fn"]:
            forge(http, event["id"], [[document] for _ in event["inputs"]])
            forge(http, event["id"], [document for _ in event["inputs"]])
    assert stored(closed) == before
    assert not (closed.folder / "index" / "feedback.jsonl").exists()


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux answers at every address from 127.0.0.1 to 127.255.255.254"
)
def test_other_addresses_are_served_only_with_host(server: Server, closed: Server):
    assert httpx.get(closed.address.replace("127.0.0.1", "127.0.0.2")).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.address.replace("127.0.0.1", "127.0.0.2"))


def stored(server: Server) -> tuple:
    """All that a change of the texts would change."""
    with closing(sqlite3.connect(server.folder / "index" / "passages.db")) as store:
        return (
            store.execute("SELECT * FROM manifest ORDER BY key").fetchall(),
            store.execute("SELECT id, title, added FROM documents").fetchall(),
            store.execute("SELECT * FROM files").fetchall(),
        )
