"""The arguments that several tools have."""

from __future__ import annotations

from hooks_cli.mcp.tools.tool import Argument

KEY = Argument("key", "The address, such as swarm/plan.", aliases="memory_key address")
NAMESPACE = Argument("namespace", of=("memory", "store", "namespace"))
VALUE = Argument("value", "The text, or JSON.", aliases="data content")
METADATA = Argument("metadata", "A JSON object kept with it.", "object")
TAGS = Argument("tags", "", "array", aliases="tag")
TTL = Argument("ttl", "Expires after so many seconds.", "number", aliases="expires_in")
AGENT = Argument("agent", "", aliases="agent_id agent_name")
SESSION = Argument("session_id", "", aliases="session")
LIMIT = Argument("limit", "", "integer", aliases="max_results top_k k")
OFFSET = Argument("offset", "Where to read on.", "integer")
IF_VERSION = Argument("if_version", "Write only over this version; 0: nothing is there.", "integer")
PATTERN = Argument("pattern", "Words, or a glob of addresses such as swarm/*.", aliases="query search text q")
