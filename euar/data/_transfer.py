"""One file over HTTP: continued where it broke off, tried again while the connection fails."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from requests import RequestException, Response

Report = Callable[[int, int | None], None]

_BLOCK = 2**14  # what a break may cost
_LONGEST_WAIT = 30.0


@dataclass(frozen=True)
class Patience:
    """How long to bear with a bad connection.

    Attributes:
        timeout: seconds in which not one byte comes before a try counts as failed.
        tries: failed tries in a row, with no new byte among them, after which to give up.
        wait: seconds before the second try; they double each time.
    """

    timeout: float = 30.0
    tries: int = 4
    wait: float = 1.0


def transfer(url: str, part: Path, limit: int, patience: Patience, report: Report) -> None:
    """Bring the file `part` up to the whole of what is at `url`, from the bytes that it already has.

    Args:
        url: http or https.
        part: the file; what a try brought stays there, whatever ends it.
        limit: bytes after which to stop; what is longer cannot be the file.
        patience: when to try again and when to give up.
        report: called with the bytes that are here and those expected, None if the server does not tell.

    Raises:
        requests.RequestException: the server refuses, or every try failed.
    """
    import requests

    most, failures = _size(part), 0
    while True:
        try:
            return _go_on(url, part, limit, patience.timeout, report)
        except requests.RequestException as error:
            failures = 0 if _size(part) > most else failures + 1
            most = max(most, _size(part))
            if failures >= patience.tries or not _passes(error):
                raise
        time.sleep(min(patience.wait * 2 ** max(failures - 1, 0), _LONGEST_WAIT))


def _go_on(url: str, part: Path, limit: int, timeout: float, report: Report) -> None:
    """Ask for the bytes that are missing and append them."""
    import requests

    have = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            return _check_end(part, have, response)
        response.raise_for_status()
        done = _start(response, have)
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else None
        part.touch()
        with part.open("r+b", buffering=0) as stream:
            stream.seek(done)
            stream.truncate()
            for block in response.iter_content(_BLOCK):
                done += stream.write(block)
                report(done, total)
                if done > limit:
                    return None


def _check_end(part: Path, have: int, response: "Response") -> None:
    """Accept a part file that is as long as the whole; of another one, keep nothing and try again."""
    import requests

    if response.headers.get("Content-Range", "").rpartition("/")[2] != str(have):
        part.unlink()
        raise requests.ConnectionError("the part that was here is longer than the file")


def _start(response: "Response", have: int) -> int:
    """Return the place of the first byte that comes: 0 if the server does not continue files."""
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return min(int(found[1]), have) if found else 0


def _passes(error: "RequestException") -> bool:
    """Tell whether a failure may pass: no answer, a busy server, a broken one."""
    status = None if error.response is None else error.response.status_code
    return status is None or status in (408, 429) or status >= 500


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
