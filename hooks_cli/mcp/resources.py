"""Entries as resources `memory://ADDRESS`, and the prompts `restore` and `remember`. Their text is fenced as a restore is.

Names hold no stored text but the address, with everything hidden in it made visible.
"""

from __future__ import annotations

from hooks_cli.features.entries import read
from hooks_cli.features.restore import brief, restore
from hooks_cli.mcp.wire import INVALID_PARAMS, RpcError
from hooks_cli.text.escapes import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.mcp.call_environment import CallEnvironment
    from hooks_cli.mcp.server import Server

    Params = dict[str, Any]

SCHEME = "memory://"
PAGE = 100
TEMPLATE = {
    "uriTemplate": "memory://{+address}",
    "name": "memory entry",
    "description": "The entry at an address, such as memory://swarm/plan.",
    "mimeType": "text/plain",
}
PROMPTS = [
    {
        "name": "restore",
        "description": "What an agent should know from the project's memory.",
        "arguments": [
            {"name": "session_id", "description": "A session; without it the whole project.", "required": False}
        ],
    },
    {
        "name": "remember",
        "description": "Keep something in the project's memory.",
        "arguments": [
            {"name": "what", "description": "What to keep.", "required": True},
            {"name": "key", "description": "The address, such as decisions/login.", "required": False},
        ],
    },
]


def uri_of(address: str) -> str:
    """The resource of an address.

    >>> uri_of("swarm/my plan")
    'memory://swarm/my%20plan'
    """
    from urllib.parse import quote

    return SCHEME + quote(address, safe="/")


def address_of(uri: object) -> str:
    """The address of a resource. Raises RpcError for another URI."""
    from urllib.parse import unquote

    if not isinstance(uri, str) or not uri.startswith(SCHEME) or len(uri) == len(SCHEME):
        raise RpcError(INVALID_PARAMS, "A resource here is memory://ADDRESS.", {"uri": uri})
    return unquote(uri[len(SCHEME) :])


class Resources:
    """The methods of resources and prompts of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.methods = {
            "resources/list": self._list,
            "resources/templates/list": lambda params: {"resourceTemplates": [TEMPLATE]},
            "resources/read": self._read,
            "prompts/list": lambda params: {"prompts": PROMPTS},
            "prompts/get": self._prompt,
        }

    def _list(self, params: Params) -> dict[str, Any]:
        """The newest entries, a page at a time; the cursor is the number of those before it."""
        cursor = params.get("cursor") or "0"
        if not (isinstance(cursor, str) and cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
            raise RpcError(INVALID_PARAMS, "The cursor is not one of this server's.")
        offset = int(cursor)

        def listed(environment: CallEnvironment) -> dict[str, Any]:
            with self._server.store_of(environment, create=False) as store:
                if store is None:
                    return {"resources": []}
                found = read.recall(store, "*", environment.now(), PAGE, offset, short=True)
            page: dict[str, Any] = {
                "resources": [
                    {"uri": uri_of(entry.address), "name": escaped(entry.address), "mimeType": "text/plain"}
                    for entry in found.entries
                ]
            }
            if found.total > offset + len(found.entries):
                page["nextCursor"] = str(offset + len(found.entries))
            return page

        return self._server.answered(listed)

    def _read(self, params: Params) -> dict[str, Any]:
        uri = params.get("uri")
        address = address_of(uri)

        def shown(environment: CallEnvironment) -> dict[str, Any]:
            with self._server.store_of(environment, create=False) as store:
                entry = None if store is None else read.current(store, address, environment.now())
                if store is None or entry is None:
                    raise RpcError(INVALID_PARAMS, "Resource not found", {"uri": uri})
                subject = brief.Subject(environment.project.name, environment.now(), "", "one entry")
                made = brief.build_unforgeable(subject, [restore.item_of(store, entry)], restore.keyed_digest(store))
            return {"contents": [{"uri": uri, "mimeType": "text/plain", "text": made.text}]}

        return self._server.answered(shown)

    def _prompt(self, params: Params) -> dict[str, Any]:
        given = params.get("arguments")
        arguments = {k: v for k, v in given.items() if isinstance(v, str)} if isinstance(given, dict) else {}
        if params.get("name") == "restore":
            return self._server.answered(lambda environment: self._brief(environment, arguments.get("session_id", "")))
        if params.get("name") == "remember":
            what = arguments.get("what", "")
            if not what:
                raise RpcError(INVALID_PARAMS, "The prompt remember needs the argument what.")
            key = arguments.get("key") or "an address that says what it is about, such as decisions/login"
            return _message(f"Keep this in the project's memory with the tool memory_store, key: {key}\n\n{what}")
        raise RpcError(INVALID_PARAMS, f"Unknown prompt: {params.get('name')}")

    def _brief(self, environment: CallEnvironment, session: str) -> dict[str, Any]:
        with self._server.store_of(environment, create=False) as store:
            if store is None:
                return _message("The project's memory is empty.")
            wanted = restore.BriefQuery(brief.DEFAULT_BUDGET)
            made, _ = restore.build_brief(store, environment, session, environment.now(), wanted)
        return _message(made.text)


def _message(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": {"type": "text", "text": text}}]}
