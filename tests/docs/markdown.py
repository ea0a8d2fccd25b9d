"""Reads the project's markdown: its code blocks and its links."""

import pathlib
import re
from dataclasses import dataclass

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\s*$")
COMMENT = re.compile(r"^<!--\s*(.*?)\s*-->\s*$")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass
class Block:
    path: pathlib.Path
    line: int
    language: str
    # What the comment right above the block says about it.
    note: str
    code: str

    def __str__(self):
        return f"{self.path.relative_to(REPOSITORY)}:{self.line}"


def documents() -> list[pathlib.Path]:
    """Every document that has examples."""
    return [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


def blocks(path: pathlib.Path) -> list[Block]:
    found, note, block = [], "", None
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if block is not None:
            if line.rstrip() == "```":
                found.append(block)
                block, note = None, ""
            else:
                block.code += line + "\n"
            continue
        if fence := FENCE.match(line):
            block = Block(path, number, fence.group(1), note, "")
        elif comment := COMMENT.match(line):
            note = comment.group(1)
        elif line.strip():
            note = ""
    assert block is None, f"{block}: the block has no end"
    return found


def links(path: pathlib.Path) -> list[str]:
    """Where the links of a document lead, those in code aside."""
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    return LINK.findall(re.sub(r"`[^`\n]*`", "", text))
