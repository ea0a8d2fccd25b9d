"""Signs responses as an identity provider: its certificate first, then for each line of JSON on stdin one response."""

import json
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests"))

from identity_providers import SamlProvider  # noqa: E402

provider = SamlProvider()
print(json.dumps(provider.settings()), flush=True)
for line in sys.stdin:
    said = json.loads(line)
    if url := said.pop("url", None):
        said["request_id"] = provider.request_in(url).get("ID")
    print(provider.response(**said), flush=True)
