"""Rules for git, databases, cloud and other tools: what each can destroy.

A rule takes the program's words and whether more words come from a pipe (`xargs`), and gives (rule, reason) pairs.
"""

from __future__ import annotations

from hooks_cli.features.safety.file_commands import FILE_RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Found = list[tuple[str, str]]
    Rule = Callable[[list[str], bool], Found]

# fmt: off
DATABASE_CLIENTS = (
    "psql", "mysql", "mariadb", "sqlite3", "sqlite", "duckdb", "sqlcmd", "mssql-cli", "usql", "pgcli", "mycli", "litecli", "cockroach",
    "clickhouse-client", "clickhouse", "cqlsh", "bq", "snowsql", "mongosh", "mongo", "redis-cli", "influx", "d1", "wrangler",
    "supabase", "turso",
)
# fmt: on


def by_name(name: str, words: list[str]) -> Found:
    """Programs that are dangerous by their name, or by a word after it."""
    if any(word in ("-l", "--list", "--help", "--version") or word.startswith("--dry-run") for word in words):
        return []
    if name in _ALWAYS:
        return [_ALWAYS[name]]
    if name.startswith("mkfs"):
        return [("format-disk", f"{name} makes a new file system over the existing data")]
    plain = [word for word in words if not word.startswith("-")]
    for phrase, rule, reason in _PHRASES.get(name, ()):
        wanted = phrase.split()
        at = 0
        for word in words if wanted[-1].startswith("-") else plain:
            if word == wanted[at] or (wanted[at].endswith("*") and word.startswith(wanted[at][:-1])):
                at += 1
                if at == len(wanted):
                    return [(rule, reason)]
    return []


def _git(words: list[str], piped: bool) -> Found:
    rest = after_options(words, ("-C", "-c", "--git-dir", "--work-tree", "--namespace"))
    if not rest:
        return []
    verb, args = rest[0], rest[1:]
    short = "".join(word[1:] for word in args if word.startswith("-") and not word.startswith("--"))
    plain = [word for word in args if not word.startswith("-")]
    if verb == "push":
        if "--force" in args or "f" in short or "--mirror" in args or any(word.startswith("+") for word in plain):
            return [("git-force-push", "it overwrites the history of the remote repository")]
        if "--delete" in args or "d" in short or any(word.startswith(":") for word in plain):
            return [("git-delete-remote", "it deletes a branch or tag of the remote repository")]
    elif verb == "reset" and "--hard" in args:
        return [("git-reset-hard", "it throws away every change that is not committed")]
    elif verb == "clean" and ("f" in short or "--force" in args) and "n" not in short and "--dry-run" not in args:
        return [("git-clean", "it deletes every file that git does not know")]
    elif (verb == "checkout" and ("." in plain or "--force" in args or "f" in short)) or (
        verb == "restore" and "." in plain and "--staged" not in args
    ):
        return [("git-discard", "it throws away changes that are not committed")]
    elif verb == "branch" and "D" in short:
        return [("git-delete-branch", "it deletes a branch, merged or not")]
    elif verb == "stash" and plain[:1] in (["drop"], ["clear"]):
        return [("git-discard", "it throws away what was stashed")]
    elif verb in ("filter-branch", "filter-repo") or (verb == "reflog" and plain[:1] in (["expire"], ["delete"])):
        return [("git-rewrite", "it rewrites or forgets history")]
    elif verb == "update-ref" and "-d" in args:
        return [("git-delete-branch", "it deletes a ref")]
    return []


def after_options(words: list[str], valued: tuple[str, ...]) -> list[str]:
    """`words` without the options in front; those in `valued` take the next word with them."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in valued else 1
    return words[at:]


def is_bare_sql(text: str) -> bool:
    """Whether the whole text is an SQL statement (agents hand these to a database tool as they are)."""
    first = text.lstrip("( \t\n").split(None, 2)[:2]
    if not first:
        return False
    head = first[0].upper()
    return head in ("DROP", "TRUNCATE", "DELETE", "ALTER") and (
        len(first) < 2 or first[1].upper().rstrip(";") in _SQL_OBJECTS
    )


_SQL_OBJECTS = ("TABLE", "DATABASE", "SCHEMA", "FROM", "VIEW", "INDEX", "USER", "ROLE", "KEYSPACE", "COLLECTION")


def sql_dangers(text: str) -> Found:
    """What SQL (and the like of Redis and MongoDB) in `text` would destroy."""
    found = []
    for statement in text.split(";"):
        words = statement.upper().replace("(", " ").replace('"', " ").replace("'", " ").split()
        for at, word in enumerate(words):
            after = words[at + 1] if at + 1 < len(words) else ""
            if word == "DROP" and after in ("TABLE", "DATABASE", "SCHEMA", "KEYSPACE", "OWNED", "COLLECTION"):
                found.append(("sql-drop", f"it drops a {after.lower()} with everything in it"))
            elif word == "DROP" and after == "COLUMN":
                found.append(("sql-drop", "it drops a column with everything in it"))
            elif word == "TRUNCATE":
                found.append(("sql-truncate", "it empties a table"))
            elif word == "DELETE" and after == "FROM" and "WHERE" not in words[at:]:
                found.append(("sql-delete-all", "it deletes every row of a table"))
            elif word in ("FLUSHALL", "FLUSHDB"):
                found.append(("sql-drop", "it empties the whole database"))
            elif word.endswith(".DROPDATABASE"):
                found.append(("sql-drop", "it drops the whole database"))
    return found


_INFRASTRUCTURE = ("destroy-infrastructure", "it stops running services")
_CLOUD = ("delete-in-the-cloud", "it deletes something in the cloud for good")
_DATABASE = ("sql-drop", "it empties or drops the whole database")
_DISK = ("format-disk", "it changes or wipes a whole disk")
_MACHINE = ("stop-machine", "it stops or restarts the machine")
_VOLUMES = ("delete-volumes", "it deletes data that containers keep")

_ALWAYS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("fdisk", "sfdisk", "parted", "wipefs", "sgdisk", "blkdiscard", "mke2fs", "lvremove", "vgremove", "pvremove"),
        _DISK,
    ),
    **dict.fromkeys(("shutdown", "reboot", "halt", "poweroff"), _MACHINE),
    "shred": ("destroy-file", "it overwrites files so that they cannot be recovered"),
    "srm": ("destroy-file", "it overwrites files so that they cannot be recovered"),
    "dropdb": _DATABASE,
    "userdel": ("delete-user", "it deletes a user of the machine"),
}

_PHRASES: dict[str, tuple[tuple[str, str, str], ...]] = {
    **dict.fromkeys(
        ("terraform", "tofu", "terragrunt"),
        (("destroy", *_INFRASTRUCTURE), ("apply -destroy", *_INFRASTRUCTURE), ("state rm", *_INFRASTRUCTURE)),
    ),
    **dict.fromkeys(("pulumi", "cdk", "sst"), (("destroy", *_INFRASTRUCTURE), ("remove", *_INFRASTRUCTURE))),
    **dict.fromkeys(("kubectl", "oc", "k"), (("delete", *_INFRASTRUCTURE), ("drain", *_INFRASTRUCTURE))),
    "eksctl": (("delete", *_INFRASTRUCTURE),),
    "helm": (("uninstall", *_INFRASTRUCTURE), ("delete", *_INFRASTRUCTURE)),
    **dict.fromkeys(
        ("docker", "podman"),
        (
            ("system prune", *_VOLUMES),
            ("volume rm", *_VOLUMES),
            ("volume prune", *_VOLUMES),
            ("compose down -v", *_VOLUMES),
            ("compose down --volumes", *_VOLUMES),
        ),
    ),
    "docker-compose": (("down -v", *_VOLUMES), ("down --volumes", *_VOLUMES)),
    "aws": (
        ("s3 rm --recursive", *_CLOUD),
        ("s3 rb", *_CLOUD),
        ("ec2 terminate-*", *_CLOUD),
        ("rds delete-*", *_CLOUD),
        ("dynamodb delete-table", *_CLOUD),
        ("cloudformation delete-*", *_CLOUD),
        ("iam delete-*", *_CLOUD),
    ),
    "gcloud": (("delete", *_CLOUD),),
    "az": (("delete", *_CLOUD),),
    "gsutil": (("rm -r", *_CLOUD), ("rb", *_CLOUD)),
    "gh": (("repo delete", *_CLOUD), ("release delete", *_CLOUD)),
    "heroku": (("apps:destroy", *_CLOUD), ("pg:reset", *_CLOUD)),
    **dict.fromkeys(("fly", "flyctl"), (("destroy", *_CLOUD),)),
    "npm": (("unpublish", *_CLOUD),),
    **dict.fromkeys(("rails", "rake"), (("db:drop*", *_DATABASE), ("db:reset*", *_DATABASE))),
    **dict.fromkeys(("prisma", "npx"), (("migrate reset", *_DATABASE), ("db push --force-reset", *_DATABASE))),
    "php": (("migrate:fresh", *_DATABASE), ("db:wipe", *_DATABASE)),
    **dict.fromkeys(("python", "python3"), (("manage.py flush", *_DATABASE),)),
    "redis-cli": (("flushall", *_DATABASE), ("flushdb", *_DATABASE), ("FLUSHALL", *_DATABASE)),
    "zpool": (("destroy", *_DISK),),
    "zfs": (("destroy", *_DISK),),
    "cryptsetup": (("luksFormat", *_DISK), ("erase", *_DISK)),
    "diskutil": (("erase*", *_DISK),),
    "init": (("0", *_MACHINE), ("6", *_MACHINE)),
    "systemctl": (("poweroff", *_MACHINE), ("reboot", *_MACHINE), ("halt", *_MACHINE)),
    "crontab": (("-r", "delete-crontab", "it deletes the user's whole crontab"),),
    "iptables": (("-F", "open-firewall", "it drops every rule of the firewall"),),
    "ufw": (("disable", "open-firewall", "it takes the firewall away"),),
}

RULES: dict[str, Rule] = {**FILE_RULES, "git": _git}
