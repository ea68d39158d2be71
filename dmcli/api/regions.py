"""Regions: where each is served and which API version the 2019 reference gives it (reference sections 2 and 3.1)."""

from __future__ import annotations

from dmcli.api.model import V2015, V2017
from dmcli.record import Record


class Region(Record):
    """A service region: its host name, the API version it speaks, and its mail server."""

    host: str
    version: str
    smtp: str


REGIONS = {
    "cn-hangzhou": Region("dm.aliyuncs.com", V2015, "smtpdm.aliyun.com"),
    "ap-southeast-1": Region("dm.ap-southeast-1.aliyuncs.com", V2017, "smtpdm-ap-southeast-1.aliyuncs.com"),
    "ap-southeast-2": Region("dm.ap-southeast-2.aliyuncs.com", V2017, "smtpdm-ap-southeast-2.aliyun.com"),
    # Not in the reference; host and version from the vendor's SDK (alibabacloud-dm20151123).
    "us-east-1": Region("dm.us-east-1.aliyuncs.com", V2015, "smtpdm-us-east-1.aliyuncs.com"),
    "eu-central-1": Region("dm.eu-central-1.aliyuncs.com", V2015, "smtpdm-eu-central-1.aliyuncs.com"),
}
DEFAULT_REGION = "cn-hangzhou"
OFFSET = 8 * 3600  # seconds that the service's calendar is ahead of UTC: it counts its days in China
# Ports of every mail server: one that begins with TLS, and those where a client turns to it (page SMTP endpoints).
SMTPS_PORT, SMTP_PORTS = 465, (80, 25)
CLOUD_SUFFIX = ".aliyuncs.com"
# OpenPlatform, which permits uploads: one place for all regions (SDK alibabacloud-dm20151123).
_OPEN_PLATFORM = f"https://openplatform{CLOUD_SUFFIX}"

# The sandbox: the one pair of keys it knows, the SMTP password of the domain that a new one has, and the address that
# stands for it inside this process.
SANDBOX_KEY_ID, SANDBOX_KEY_SECRET = "dm-sandbox-id", "dm-sandbox-secret"
SANDBOX_SMTP_PASSWORD = "SandboxMail25"  # noqa: S105  everybody's
SANDBOX_URL = "http://sandbox.local"


def version_for(region: str, action_versions: tuple[str, ...], pinned: str = "") -> str:
    """The API version an action is called with: the pinned one, else the region's, else the first that has it."""
    wanted = pinned or REGIONS.get(region, REGIONS[DEFAULT_REGION]).version
    return wanted if pinned or wanted in action_versions else next(iter(action_versions), V2015)


def open_platform(url: str) -> str:
    """Where uploads are permitted for the DirectMail at this base URL.

    What takes the place of the vendor's takes that of its OpenPlatform too, such as the sandbox or a gateway of one's
    own, so that keys and files go where they were meant to.

    >>> open_platform("https://dm.ap-southeast-1.aliyuncs.com"), open_platform("http://127.0.0.1:8555")
    ('https://openplatform.aliyuncs.com', 'http://127.0.0.1:8555')
    """
    return _OPEN_PLATFORM if url.endswith(CLOUD_SUFFIX) else url
