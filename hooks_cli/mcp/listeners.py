"""Change notices for clients that asked for them: `resources/subscribe`, and `subscriptions/listen` from protocol 2026-07-28 on.

While a client listens, the store's newest revision is looked at four times a second; with it the versions of the addresses that somebody
subscribed to. Notices say that something changed, not what: the client reads again.
"""

from __future__ import annotations

from hooks_cli.errors import HooksError
from hooks_cli.mcp.resources import address_of
from hooks_cli.store.sqlite.rows import history

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.mcp.server import Server

    Params = dict[str, Any]

LOOK_SECONDS = 0.25
SUBSCRIPTION_KEY = "io.modelcontextprotocol/subscriptionId"
MOST_URIS = 1_000


class _Listener:
    """What one stream wants: notices of the list, and of these URIs. `identity` is the id of its `subscriptions/listen`, or None."""

    __slots__ = ("identity", "lists", "uris")

    def __init__(self, identity: object = None) -> None:
        self.identity = identity
        self.lists = False
        self.uris: set[str] = set()


class Listeners:
    """The listeners of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session = _Listener()
        self._streams: dict[str, _Listener] = {}
        self._revision = -1
        self._heads: dict[str, int] = {}
        self.methods = {"resources/subscribe": self._subscribe, "resources/unsubscribe": self._unsubscribe}

    def _subscribe(self, params: Params) -> dict[str, Any]:
        address_of(params.get("uri"))
        if len(self._session.uris) < MOST_URIS:
            self._session.uris.add(params["uri"])
        self._begin()
        return {}

    def _unsubscribe(self, params: Params) -> dict[str, Any]:
        self._session.uris.discard(str(params.get("uri")))
        self._begin()
        return {}

    def list_was_read(self) -> None:
        """A client of the older protocol has the list of resources: it is told when that changes."""
        self._session.lists = True
        self._begin()

    def listen(self, identity: object, params: Params) -> None:
        """Begin a stream; its first message says which notices it will have. It ends when the client cancels the request."""
        wanted = params.get("notifications")
        wanted = wanted if isinstance(wanted, dict) else {}
        listener = _Listener(identity)
        uris = wanted.get("resourceSubscriptions")
        honoured: dict[str, Any] = {}
        if isinstance(uris, list) and uris:
            listener.uris = {uri for uri in uris[:MOST_URIS] if isinstance(uri, str)}
            for uri in listener.uris:
                address_of(uri)
            honoured["resourceSubscriptions"] = sorted(listener.uris)
        if wanted.get("resourcesListChanged") is True:
            listener.lists = honoured["resourcesListChanged"] = True
        self._streams[repr(identity)] = listener
        self._begin()
        self._notify(listener, "notifications/subscriptions/acknowledged", {"notifications": honoured})

    def cancel(self, identity: object) -> None:
        """End the stream of a request."""
        self._streams.pop(repr(identity), None)
        self._begin()

    def _all(self) -> list[_Listener]:
        return [one for one in (self._session, *self._streams.values()) if one.lists or one.uris]

    def _begin(self) -> None:
        """Take what there is now as known, for new URIs; and look as often as it takes."""
        from hooks_cli.mcp import wire

        self._server.wire.interval = LOOK_SECONDS if self._all() else wire.LOOK_SECONDS
        if self._all():
            self._look(tell=False)

    def look(self) -> None:
        """Tell the listeners what changed since the last look."""
        if self._all():
            self._look(tell=True)

    def _look(self, tell: bool) -> None:
        listeners = self._all()
        uris = {uri for one in listeners for uri in one.uris}
        environment = self._server.environment(lenient=True)
        try:
            with self._server.store_of(environment, create=False) as store:
                revision = 0 if store is None else history.newest_revision(store)
                if tell and revision == self._revision:
                    return
                heads: dict[str, int] = {}
                for uri in uris:
                    head = None if store is None else history.head_of(store, address_of(uri))
                    heads[uri] = 0 if head is None else int(head[2])
        except HooksError:
            return  # busy, or gone: a call will say so
        changed = {uri for uri, version in heads.items() if version != self._heads.get(uri, version)}
        moved = revision != self._revision and self._revision >= 0
        self._revision, self._heads = revision, heads
        if not tell:
            return
        for one in listeners:
            if one.lists and moved:
                self._notify(one, "notifications/resources/list_changed", {})
            for uri in sorted(one.uris & changed):
                self._notify(one, "notifications/resources/updated", {"uri": uri})

    def _notify(self, listener: _Listener, method: str, params: Params) -> None:
        if listener.identity is not None:
            params["_meta"] = {SUBSCRIPTION_KEY: listener.identity}
        self._server.wire.send({"jsonrpc": "2.0", "method": method, "params": params})
