"""Ask one open-data service, patiently: TLS only, one host only, with limits on time and size.

An answer that is 429 or 5xx, a connection that fails and a body that is cut off are asked again, with longer pauses or
after the time that `Retry-After` names. A redirect or a next page at another host is refused: what is fetched comes
from the address in `config/site.yml` and from nowhere else. A proxy is taken from the environment (HTTPS_PROXY,
NO_PROXY), and so are certificates of the organisation (REQUESTS_CA_BUNDLE).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util import Retry

from config.errors import MachineError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
#: Largest answer that is taken, unpacked; a page of 10,000 rows of StatLine is some 3 MB.
MAX_ANSWER_BYTES = 128 * 1024 * 1024
MAX_REDIRECTS = 5
_CHUNK = 1 << 16
_AGAIN = (429, 500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = "try again later: what was fetched is kept, and only the rest is asked then"

Read = TypeVar("Read")


class ServiceError(MachineError):
    """A service that does not answer, or answers something else than it should."""


@dataclass(frozen=True)
class Patience:
    """How long a service is waited for; seconds."""

    tries: int = 5
    pause: float = 1.0  # doubled at every try
    longest_pause: int = 300  # also where Retry-After asks for more
    connect: float = 10
    read: float = 90


@dataclass(frozen=True)
class Answer:
    """Status 200, or 304: not changed since `etag`. `address`: the one that was answered, after redirects."""

    status: int
    content: bytes
    headers: Mapping[str, str]
    address: str

    @property
    def etag(self) -> str | None:
        return self.headers.get("ETag")


class Client:
    """One service. `base` is its address in the configuration, without a slash at its end."""

    def __init__(self, base: str, patience: Patience | None = None) -> None:
        self.base = base.rstrip("/")
        self.patience = patience or Patience()
        self.bytes = 0  # received, unpacked
        self.requests = 0
        self._session = requests.Session()
        self._session.auth = _nobody  # else a .netrc of the user would be sent
        self._session.headers.update(
            {"User-Agent": "buurtbeeld", "Accept": "application/json, application/geo+json, */*;q=0.5"}
        )
        again = Retry(
            total=self.patience.tries - 1,
            redirect=False,
            status_forcelist=_AGAIN,
            allowed_methods=["GET"],
            backoff_factor=self.patience.pause,
            backoff_max=self.patience.longest_pause,
            retry_after_max=self.patience.longest_pause,
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=again))

    def address(self, path: str, **query: str | int) -> str:
        """An address below the base; `_` at the start of a name stands for the `$` of OData."""
        named = {f"${name[1:]}" if name.startswith("_") else name: value for name, value in query.items()}
        asked = urlencode(named, safe="$,()':/", quote_via=quote)
        return f"{self.base}/{path}" + (f"?{asked}" if asked else "")

    def json(self, address: str, *, shape: Callable[[Any], bool] = lambda data: isinstance(data, dict)) -> Any:
        """The JSON at an address; asked again where it is cut off or not of this shape."""
        return self.get(address, lambda answer: parsed(answer.content, shape))[1]

    def get(
        self, address: str, read: Callable[[Answer], Read], *, etag: str | None = None
    ) -> tuple[Answer, Read | None]:
        """The answer at an address, and what `read` makes of its body (not called for 304).

        Args:
            read: raises ValueError where the body is no good; it is then asked again.

        Raises:
            ServiceError: NET-001 no answer, NET-002 refused, NET-003 another host, NET-004 not there, NET-005 not
                readable or too large; each after the last try.
        """
        failure = ""
        for turn in range(self.patience.tries):
            if turn:
                time.sleep(min(self.patience.pause * 2 ** (turn - 1), self.patience.longest_pause))
            try:
                answer = self._ask(address, etag)
                return answer, read(answer) if answer.status == 200 else None
            except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError, HTTPError):
                failure = "cut off on the way"
            except ValueError as error:
                failure = str(error)
        what = f"the answer is not usable: {failure} ({self.patience.tries} tries)"
        raise ServiceError("NET-005", what, where=shown(address), fix=_LATER)

    def follow(self, target: str, at: str) -> str:
        """The address of a next page or redirect, seen from the page at `at`; plain http of our host becomes https.

        Raises:
            ServiceError: NET-003, another host.
        """
        base, there = urlsplit(self.base), urlsplit(urljoin(at, target))
        if there.scheme == "http" and base.scheme == "https":
            there = there._replace(scheme="https")
        if (there.scheme, there.netloc.lower()) != (base.scheme, base.netloc.lower()):
            raise ServiceError(
                "NET-003",
                f"the service sends us to another address ({there.scheme}://{there.hostname}); not followed",
                where=shown(at),
                fix="check `services` in config/site.yml; when the service has moved, write its new address there",
            )
        return there.geturl()

    def _ask(self, address: str, etag: str | None) -> Answer:
        headers = {"If-None-Match": etag} if etag else {}
        for _ in range(MAX_REDIRECTS + 1):
            self._refuse_open(address)
            self.requests += 1
            try:
                with self._session.get(
                    address,
                    headers=headers,
                    stream=True,
                    allow_redirects=False,
                    timeout=(self.patience.connect, self.patience.read),
                ) as response:
                    if response.status_code in _REDIRECTS and "Location" in response.headers:
                        address = self.follow(response.headers["Location"], address)
                        continue
                    if response.status_code not in (200, 304):
                        raise _refused(response.status_code, address)
                    content = self._body(response, address) if response.status_code == 200 else b""
                    return Answer(response.status_code, content, dict(response.headers), address)
            except requests.exceptions.ChunkedEncodingError:
                raise
            except requests.exceptions.ProxyError:
                raise _no_answer("the proxy does not let us through", address) from None
            except requests.exceptions.SSLError:
                raise _no_answer("its certificate is not trusted", address) from None
            except requests.exceptions.Timeout:
                raise _no_answer("no answer in time", address) from None
            except requests.exceptions.RetryError:
                raise _no_answer("it stays busy", address) from None
            except requests.exceptions.ConnectionError as error:
                if not isinstance(error.args[0] if error.args else None, MaxRetryError):
                    raise requests.exceptions.ChunkedEncodingError from None  # while the body came in
                raise _no_answer("no connection", address) from None
            except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
                raise _no_answer("its address is not one", address) from None
        raise ServiceError("NET-003", "redirects without end", where=shown(address), fix=_LATER)

    def _body(self, response: requests.Response, address: str) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(_CHUNK):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                what = f"an answer of more than {MAX_ANSWER_BYTES // 1024**2} MB"
                raise ServiceError("NET-005", what, where=shown(address), fix="check `services` in config/site.yml")
            parts.append(part)
        self.bytes += size
        return b"".join(parts)

    def _refuse_open(self, address: str) -> None:
        there = urlsplit(address)
        if there.scheme != "https" and there.hostname not in LOOPBACK:
            what = "an address without TLS is not asked"
            raise ServiceError("NET-003", what, where=shown(address), fix="write https:// in config/site.yml")


def parsed(content: bytes, shape: Callable[[Any], bool]) -> Any:
    """JSON of a shape.

    Raises:
        ValueError: it is something else.
    """
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ValueError("no JSON, or cut off") from None
    if not shape(data):
        raise ValueError("JSON of another shape")
    return data


def shown(address: str) -> str:
    """An address for a message: without its query, which may be long."""
    there = urlsplit(address)
    return f"{there.scheme}://{there.netloc.rsplit('@')[-1]}{there.path}"


def _nobody(request: Any) -> Any:
    return request


def _no_answer(what: str, address: str) -> ServiceError:
    fix = f"check the network and the proxy (HTTPS_PROXY) of this machine; {_LATER}"
    return ServiceError("NET-001", f"the service does not answer: {what}", where=shown(address), fix=fix)


def _refused(status: int, address: str) -> ServiceError:
    if status in (404, 410):
        what = f"the service does not know this table or collection (status {status})"
        fix = "look up at the publisher whether it has another number or year, and write that in the configuration"
        return ServiceError("NET-004", what, where=shown(address), fix=fix)
    fix = _LATER if status in _AGAIN else "check `services` in config/site.yml, or deliver the file by hand"
    return ServiceError("NET-002", f"the service refuses (status {status})", where=shown(address), fix=fix)
