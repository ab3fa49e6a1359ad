"""Lighthouse on a page, with its profile of a phone on a slow network."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.browser.conftest import CHROMIUM, FLAGS

LIGHTHOUSE = Path(__file__).resolve().parents[2] / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("accessibility", "best-practices", "performance")


async def scores(
    url: str, cookies: list[Any], folder: Path, categories: Sequence[str] = CATEGORIES
) -> tuple[dict[str, float], list[str]]:
    """Each category's score, 0 to 100, and the audits that were not passed."""
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
    report = folder / "report.json"
    command = [
        str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--output-path={report}",
        f"--only-categories={','.join(categories)}",
        f"--extra-headers={json.dumps({'Cookie': cookie})}",
        f"--chrome-flags={' '.join(['--headless', *FLAGS, f'--user-data-dir={folder}/profile'])}",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    assert await process.wait() == 0
    told = json.loads(report.read_text())
    missed = [
        f"{name} {audit['score']}: {audit.get('displayValue', audit['title'])}"
        for name, audit in told["audits"].items()
        if audit["score"] is not None and audit["score"] < 1
    ]
    return {name: 100 * told["categories"][name]["score"] for name in categories}, missed
