"""The catalogue of doors: what the program says about each of its endpoints, as data that tests are generated from.

`guildhall doors` prints it.
"""

import json
import re
import subprocess
from dataclasses import dataclass, field
from functools import cache

from harness import BIN


@dataclass(frozen=True)
class Door:
    """One method and path of an operation."""

    operation: str
    method: str
    path: str
    # backend, browser, page, scim, oauth, redirect or plain: how it words what it says.
    dialect: str
    # project, project_or_member, anyone, …
    credential: str
    # The (resource, action) that a member needs, if the catalogue says.
    requires: tuple[str, str] | None
    # Whether it may change something; whatever its method.
    changes: bool
    statuses: tuple[int, ...]
    errors: tuple[str, ...]
    # The only fields that body and query may have; None where what is not known is not looked at.
    takes: tuple[str, ...] | None
    # Whether it takes forms of the server's own pages, and no others.
    is_of_own_forms: bool
    # The JSON schema of what it takes, whatever comes in the path, the query or the body. References are resolved.
    input: dict = field(hash=False, compare=False, default_factory=dict)

    @property
    def function(self) -> str:
        """The operation without which of its doors this is: they all run the same function."""
        return self.operation.removesuffix(".browser").removesuffix(".self")

    @property
    def names(self) -> list[str]:
        """What stands in its path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def properties(self) -> dict[str, dict]:
        return {name: schema for name, schema in self.input.get("properties", {}).items()}

    def __str__(self) -> str:
        return f"{self.operation}:{self.dialect}"


def resolved(schema, root, depth=0):
    """The schema with its references replaced by what they refer to, as deep as requests need it."""
    if isinstance(schema, list):
        return [resolved(part, root, depth) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        if depth > 8:
            return {}
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return resolved(target, root, depth + 1) | {k: v for k, v in schema.items() if k != "$ref"}
    return {name: resolved(part, root, depth) for name, part in schema.items()}


@cache
def catalogue() -> tuple[Door, ...]:
    """Every door of the program."""
    done = subprocess.run([BIN, "doors"], capture_output=True, check=True, text=True, timeout=60)
    told = json.loads(done.stdout)

    def of(door: dict) -> Door:
        suffix = ".self" if door["myself"] else ".browser" if door["dialect"] == "browser" else ""
        schema = resolved(door["input"], told)
        # What the credential says, nobody asks for, unless it stands in the path.
        said = [name for name in door["said_by_credential"] if "{" + name + "}" not in door["path"]]
        takes = None if door["takes"] is None else tuple(door["takes"])
        named = [name for name in schema.get("properties", {}) if takes is None or name in takes or "{" + name + "}" in door["path"]]
        properties = {name: schema["properties"][name] for name in named if name not in said}
        return Door(
            door["operation"] + suffix, door["method"], door["path"], door["dialect"], door["credential"] or "anyone",
            tuple(door["requires"]) if door["requires"] else None, door["changes"], tuple(door["statuses"]),
            tuple(error for errors in door["errors"].values() for error in errors), takes, door["is_of_own_forms"],
            schema | {"properties": properties, "required": [name for name in schema.get("required", []) if name not in said]},
        )

    return tuple(of(door) for door in told["doors"])


@cache
def _shapes() -> dict[tuple[str, int], list[tuple[list[str], Door]]]:
    shapes = {}
    for door in catalogue():
        parts = door.path.strip("/").split("/")
        shapes.setdefault((door.method, len(parts)), []).append((parts, door))
    for doors in shapes.values():
        # A word in the path goes before a name, as it does in the router.
        doors.sort(key=lambda entry: [part.startswith("{") for part in entry[0]])
    return shapes


def behind(method: str, path: str) -> Door | None:
    """The door that a request went to."""
    parts = path.split("?")[0].strip("/").split("/")
    for pattern, door in _shapes().get((method, len(parts)), []):
        if all(p == part or (p.startswith("{") and part) for p, part in zip(pattern, parts, strict=True)):
            return door
    return None
