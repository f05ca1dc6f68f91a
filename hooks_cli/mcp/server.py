"""One MCP server: its tools, the store that it keeps, and the way of a call from its arguments to its answer."""

from __future__ import annotations

import time

from hooks_cli.errors import Busy, ConfigError, HooksError, NotFound
from hooks_cli.mcp.call_environment import CallEnvironment
from hooks_cli.mcp.keeper import Keeper
from hooks_cli.mcp.listeners import Listeners
from hooks_cli.mcp.protocol import CHANGING_LIST, FIXED_LIST, Protocol
from hooks_cli.mcp.resources import Resources
from hooks_cli.mcp.tools import answers
from hooks_cli.mcp.tools.tool import Request
from hooks_cli.mcp.wire import INTERNAL_ERROR, INVALID_PARAMS, RpcError, Wire
from hooks_cli.output.error_object import as_hooks_error, as_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.store_opening import Store
    from hooks_cli.mcp.tools.tool import Tool
    from hooks_cli.mcp.wire import Message

# A call waits for other processes this long in all, in tries of which each ends early enough to see that nobody waits any more.
PATIENCE_SECONDS = 30
TRY_MS = 700


class NoProject(ConfigError):
    """{folder} is no project's folder, and there is no store for it."""

    hint = "Start the server in the project's folder, or name it: hooks-cli mcp start --project FOLDER (or CLAUDE_PROJECT_DIR)"


class Server:
    """Answers the messages of one client. `variables` and `cwd` are those of the start; `look_again` is `Keeper`'s."""

    def __init__(
        self,
        wire: Wire,
        variables: Mapping[str, str],
        cwd: str,
        tools: tuple[Tool, ...],
        look_again: Callable[[Store, Environment, bool], None],
    ) -> None:
        self.wire = wire
        self.variables = variables
        self.cwd = cwd
        self.tools = {tool.name: tool for tool in tools}
        self.keeper = Keeper(look_again)
        self._listed: list[dict[str, Any]] = []
        self.calls = 0
        self.listeners = Listeners(self)
        resources = Resources(self)
        self.protocol = Protocol(
            {"tools": {}, "resources": {"subscribe": True, "listChanged": True}, "prompts": {}},
            {
                "tools/list": self._list_tools,
                "tools/call": self._call_tool,
                **resources.methods,
                **self.listeners.methods,
            },
            {
                "tools/list": FIXED_LIST,
                "prompts/list": FIXED_LIST,
                "resources/templates/list": FIXED_LIST,
                "resources/list": CHANGING_LIST,
                "resources/read": CHANGING_LIST,
            },
        )

    def handle(self, message: Message) -> Message | None:
        """The result of one message; None where there is nothing to answer now. Raises RpcError."""
        params = message.get("params") or {}
        method = message["method"]
        if method == "subscriptions/listen" and "id" in message:
            self.listeners.listen(message["id"], params)
            return None
        if method == "notifications/cancelled":
            self.listeners.cancel(params.get("requestId"))
        result = self.protocol.handle(message)
        if method == "resources/list" and result is not None and "resultType" not in result:
            self.listeners.list_was_read()
        return result

    def answered(self, once: Callable[[CallEnvironment], dict[str, Any]]) -> dict[str, Any]:
        """The result of a method other than a tool's, in its own environment. Raises RpcError; its data is the CLI's error object."""
        environment = self.environment()
        fields, failed = self.patiently(lambda: (once(environment), False))
        if failed:
            raise RpcError(INTERNAL_ERROR, str(fields["error"]["message"]), fields)
        return fields

    def environment(self, *, lenient: bool = False) -> CallEnvironment:
        """A new environment for one request."""
        return CallEnvironment(self.variables, self.cwd, lenient=lenient)

    def _list_tools(self, params: dict[str, Any]) -> dict[str, Any]:
        if not self._listed:
            self._listed = [tool.described() for tool in self.tools.values()]
        return {"tools": self._listed}

    def _call_tool(self, params: dict[str, Any]) -> dict[str, Any]:
        name, arguments = params.get("name"), params.get("arguments")
        tool = self.tools.get(name) if isinstance(name, str) else None
        if tool is None:
            raise RpcError(INVALID_PARAMS, f"Unknown tool: {name}")
        if arguments is not None and not isinstance(arguments, dict):
            raise RpcError(INVALID_PARAMS, "The arguments are an object.")
        self.calls += 1
        given = arguments or {}
        fields, failed = self.patiently(lambda: self._once(tool, given))
        text = fields.get("brief") if not failed else None
        return {
            "content": [{"type": "text", "text": text or answers.text_of(fields)}],
            "structuredContent": fields,
            "isError": failed,
        }

    def patiently(self, once: Callable[[], tuple[dict[str, Any], bool]]) -> tuple[dict[str, Any], bool]:
        """Do it, and again while the store is busy; an error becomes the CLI's error object. Returns the fields, and whether it failed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return once()
            except Busy as error:
                if time.monotonic() < deadline and not self.wire.hung_up:
                    continue
                waited = Busy(store=error.details.get("store"), seconds=PATIENCE_SECONDS)
                return as_object(waited), True
            except RpcError:
                raise
            except Exception as error:
                return as_object(as_hooks_error(error)), True

    def _once(self, tool: Tool, arguments: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        environment = self.environment(lenient=tool.hooks)
        request = Request(tool, arguments, environment)
        try:
            with self.store_of(environment, create=tool.stores) as store:
                request.store = store
                fields = tool.run(request)
                if not tool.reads:
                    self.keeper.confirm(environment)
        except Busy:
            raise
        except HooksError as error:
            fields = as_object(error)
            if environment.transaction is not None and environment.transaction.ended:
                fields["became"] = "The call was recorded."
            return _with_notes(fields, environment), True
        return _with_notes(fields, environment), False

    def store_of(self, environment: CallEnvironment, *, create: bool) -> Held:
        """The store for one call, as a context manager: None where there is none and none is to be made."""
        return Held(self.keeper, environment, create)


class Held:
    """The store during one call; afterwards its lock is given back."""

    def __init__(self, keeper: Keeper, environment: CallEnvironment, create: bool) -> None:
        self._keeper = keeper
        self._environment = environment
        self._create = create

    def __enter__(self) -> Store | None:
        refuse_no_project(self._environment)
        try:
            return self._keeper.use(self._environment, TRY_MS, create=self._create)
        except NotFound:
            return None

    def __exit__(self, *error: object) -> None:
        self._keeper.give_back()


def refuse_no_project(environment: Environment) -> None:
    """Raise NoProject (78) where a client started the server in `/` or in the home folder, and nobody keeps a memory there."""
    import os

    root = environment.project.root
    if root not in ("/", os.path.realpath(environment.folders.home)):
        return
    if not os.path.exists(environment.places.store_path):
        raise NoProject(folder=root, path="project", reason="")


def _with_notes(fields: dict[str, Any], environment: CallEnvironment) -> dict[str, Any]:
    if environment.notes:
        fields["notes"] = list(environment.notes)
    return fields
