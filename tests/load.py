"""Load on the page: many users asking at once. Not part of the tests: `python tests/load.py --users 20 --seconds 300`.

Every answer is compared with the one that the same question got when nobody else was asking. Prints one JSON
object: requests, errors, answers mixed up, seconds to an answer (also alone), and the server's memory over time.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path

from gradio_client import Client
from serving import Server, serving

QUESTIONS = (
    "who did Tokayev appoint?",
    "Who is Almaty's police chief?",
    "What does LPG stand for?",
    "Who declared a two-week state of emergency?",
    "How many civilians were assaulted?",
    "Who won the football world cup in 1998?",
    "Where did the protests begin?",
    "What does CSTO stand for?",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--think", type=float, default=2.0, help="mean seconds between a user's questions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        print(json.dumps(measure(server, options.users, options.seconds, options.think), indent=1))


def measure(server: Server, users: int, seconds: float, think: float) -> dict:
    """What happened while so many users asked for so many seconds."""
    alone = Client(server.address, verbose=False)
    first = {question: alone.predict(question, api_name="/ask") for question in QUESTIONS}
    expected = {question: answer["answer"] for question, answer in first.items()}
    times: list[float] = []
    errors: list[str] = []
    mixed: list[str] = []
    end = time.monotonic() + seconds

    def user(number: int) -> None:
        chance = random.Random(number)
        client = Client(server.address, verbose=False)
        while time.monotonic() < end:
            time.sleep(chance.expovariate(1 / think))
            question = chance.choice(QUESTIONS)
            begun = time.monotonic()
            try:
                answer = client.predict(question, api_name="/ask")
            except Exception as error:  # whatever a user would see as a failure
                errors.append(repr(error))
                continue
            times.append(time.monotonic() - begun)
            if (answer["question"], answer["answer"]) != (question, expected[question]):
                mixed.append(f"{question} -> {answer['answer']}, alone {expected[question]}")

    threads = [threading.Thread(target=user, args=(number,)) for number in range(users)]
    memory = [resident(server.process)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(min(10.0, seconds / 10))
        memory.append(resident(server.process))
    times.sort()
    return {
        "users": users,
        "seconds": seconds,
        "requests": len(times) + len(errors),
        "errors": len(errors),
        "first_errors": errors[:3],
        "mixed_up": len(mixed),
        "first_mixed": mixed[:3],
        "alone_seconds": round(statistics.median(answer["seconds"] for answer in first.values()), 3),
        "p50_seconds": round(statistics.median(times), 3),
        "p95_seconds": round(times[int(0.95 * (len(times) - 1))], 3),
        "requests_per_second": round(len(times) / seconds, 2),
        "memory_mb": memory,
    }


def resident(process: int) -> int:
    """Resident memory in MB (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


if __name__ == "__main__":
    main()
