"""A keychain for tests: the package keyring finds it by name, as it finds those of the systems."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Keyring(KeyringBackend):
    """Keeps passwords in the file that KEYRING_IN_A_FILE names."""

    priority = 5

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.path = Path(path or os.environ["KEYRING_IN_A_FILE"])

    def all(self) -> dict[str, str]:
        """Every password, by service and user name."""
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def get_password(self, service, username):
        return self.all().get(f"{service} {username}")

    def set_password(self, service, username, password):
        self.path.write_text(json.dumps(self.all() | {f"{service} {username}": password}), "utf-8")

    def delete_password(self, service, username):
        passwords = self.all()
        if not passwords.pop(f"{service} {username}", None):
            raise PasswordDeleteError(username)
        self.path.write_text(json.dumps(passwords), "utf-8")
