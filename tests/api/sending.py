"""Senders that know what they were told: each event has an id of its own; what was cut off can be sent again."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator

import httpx

from siyu.store.workspace import Workspace

#: Events in a request.
BATCH = 5


class Senders:
    """Threads that send batches as fast as they are answered, each until it is stopped or cut off."""

    def __init__(self, url: str, key: str, prefix: str, threads: int = 4, padding: int = 200) -> None:
        self._url, self._key, self._prefix, self._padding = url, key, prefix, padding
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self.cut_off: list[list[str]] = []
        self.refused: list[httpx.Response] = []
        self.one_refused = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(threads)]

    def __enter__(self) -> Senders:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, thread: int) -> None:
        numbers = iter(range(10**9))
        with httpx.Client(auth=(self._key, ""), verify=False) as client:
            while not self._stop.is_set():
                ids = [f"{self._prefix}-{thread}-{next(numbers)}" for _ in range(BATCH)]
                try:
                    self._sort(ids, client.post(f"{self._url}/v1/batch", json={"batch": list(self._events(ids))}))
                except httpx.TransportError:  # the server is gone: nobody knows whether it kept them
                    self.cut_off.append(ids)
                    return

    def again(self, batches: list[list[str]]) -> None:
        """Send what was cut off once more; all of it is taken."""
        with httpx.Client(auth=(self._key, ""), verify=False) as client:
            for ids in batches:
                self._sort(ids, client.post(f"{self._url}/v1/batch", json={"batch": list(self._events(ids))}))

    def _events(self, ids: list[str]) -> Iterator[dict[str, str]]:
        for id_ in ids:
            yield {"type": "track", "event": "x" * self._padding, "userId": "u", "messageId": id_}

    def _sort(self, ids: list[str], answered: httpx.Response) -> None:
        if answered.status_code == 200 and answered.json() == {"success": True}:
            self.acknowledged += ids
        else:
            self.refused.append(answered)
            self.one_refused.set()
            self._stop.wait(0.05)


def kept(workspace: Workspace) -> Counter[str]:
    """How often each event is in the inbox; it is taken out."""
    found: Counter[str] = Counter()
    while claim := workspace.inbox.claim("segment"):
        found.update(call["messageId"] for a in claim.arrivals for call in json.loads(a.body)["batch"])
        workspace.inbox.settle(claim.token)
    return found
