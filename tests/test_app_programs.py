"""The page's endpoints for programs, beside other programs, and the options that it is started with."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from serving import ROOT, Server


def test_programs_get_plain_data(client: Client):
    answer = client.predict("who did Tokayev appoint?", api_name="/ask")
    assert answer["answer"] == "Alikhan Smailov"
    assert answer["document"]["source"] == "kazakhstan-unrest.txt"
    hits = client.predict("who did Tokayev appoint?", 2, api_name="/search")
    assert any("Alikhan Smailov" in hit["text"] for hit in hits)
    added = client.predict("The comet was seen by Ida Berg.", "Comet", api_name="/add")
    assert added["id"] in [document["id"] for document in client.predict(api_name="/documents")]
    assert client.predict(added["id"][:12], api_name="/remove")["removed"]["title"] == "Comet"


@pytest.mark.parametrize(
    ("endpoint", "arguments", "message"),
    [
        ("/ask", ["???"], "expected some words"),
        ("/ask", ["why " * 5000], "20,000 characters"),
        ("/ask", ["why?", 0], "top_k is 0"),
        ("/ask", ["why?", 8, 7.0], "threshold is 7"),
        ("/remove", ["nothing"], "0 documents"),
        ("/ask", ["why?", 8, "high"], "threshold is 'high'"),
        ("/ask", [["why?"]], "list.*expected a text"),
        ("/add", [" "], "holds no text"),
        ("/add", [7], "int.*expected a text"),
        ("/remove", [None], "expected a text"),
    ],
)
def test_wrong_use_by_programs_is_explained(client: Client, endpoint: str, arguments: list, message: str):
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name=endpoint)


def test_the_endpoints_are_tools_for_mcp_clients(server: Server):
    async def use() -> tuple[list[str], str]:
        from mcp import ClientSession
        from mcp.client.streamable_http import streamable_http_client

        address = f"{server.address}/gradio_api/mcp/"
        async with streamable_http_client(address) as (reading, writing, _), ClientSession(reading, writing) as session:
            await session.initialize()
            tools = (await session.list_tools()).tools
            answer = await session.call_tool("ask", {"question": "who did Tokayev appoint?"})
            return [tool.name for tool in tools], answer.content[0].text

    with ThreadPoolExecutor(1) as aside:  # the browser's driver keeps an event loop running in this thread
        names, answer = aside.submit(asyncio.run, use()).result()
    assert names == ["ask", "search", "documents", "add", "remove"]
    assert "Alikhan Smailov" in answer


def test_the_example_of_the_readme_runs(server: Server):
    code = (ROOT / "README.md").read_text(encoding="utf-8").split("## For programs")[1].split("```")[1]
    names: dict = {}
    exec(code.removeprefix("python").replace("http://127.0.0.1:7860", server.address), names)
    assert names["answer"]["answer"] == "Alikhan Smailov"
    assert names["hits"][0].keys() >= {"text", "start", "end", "document", "score"}
    assert names["added"]["id"] in [text["id"] for text in names["texts"]]


def test_a_running_page_picks_up_what_the_terminal_changes(server: Server, client: Client, tmp_path: Path):
    def terminal(*arguments: str) -> dict:
        command = [sys.executable, "-m", "qa", *arguments, "--index", str(server.folder / "index"), "--json"]
        return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    text = tmp_path / "lighthouse.txt"
    text.write_text("The lighthouse of Skerry Point was built by Ingrid Halvorsen.", encoding="utf-8")
    assert terminal("index", str(text))["added"]
    answer = client.predict("Who built the lighthouse of Skerry Point?", api_name="/ask")
    assert answer["answer"] == "Ingrid Halvorsen"
    terminal("remove", answer["document"]["id"])
    assert client.predict("Who built the lighthouse of Skerry Point?", api_name="/ask")["answer"] != "Ingrid Halvorsen"


@pytest.mark.parametrize("flags", [["--auth", "nobody"], ["--auth", "ann:secret", "--mcp"]])
def test_wrong_flags_end_with_status_2(flags: list[str]):
    done = subprocess.run([sys.executable, "app.py", *flags], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --")
