"""The API: /health asks the cache, then the database. HEALTH_DELAY_MS makes it slow."""

from __future__ import annotations

import os
import time

from server import ask, serve


def answer(path: str) -> tuple[int, str]:
    time.sleep(int(os.environ.get("HEALTH_DELAY_MS", "0")) / 1000)
    try:
        if ask(os.environ["CACHE"], "/get?key=health", "cache.get") == "miss":
            ask(os.environ["DB"], "/query", "db.call")
    except OSError as error:
        return 503, f"not healthy: {error}\n"
    return 200, "healthy\n"


serve({"/health": "api.request"}, answer)
