"""Encryption at rest: sealed texts can be read only with keys from the settings.

No database holds these keys.
"""

import base64
import hmac

from models.core.errors import CRMError


class Locked(CRMError):
    """None of our keys opens it."""


class Vault:
    """Seals with the first of its keys, and opens what any of them has sealed.

    Args:
        keys: Fernet keys separated by commas (AES-128-CBC with HMAC-SHA256, cryptography's own
            recipe).
    """

    def __init__(self, keys: str) -> None:
        from cryptography.fernet import (
            Fernet,
            MultiFernet,
        )  # 30 ms that only a bot with installs needs

        each = [Fernet(key) for key in keys.split(",")]
        self.first, self.all = each[0], MultiFernet(each)

    def seal(self, text: str) -> str:
        return self.first.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the text that was sealed.

        Raises:
            Locked: None of our keys sealed it, or it was changed since.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self.all.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Locked(
                "None of the ENCRYPTION_KEYS opens this. Add the key it was written with."
            ) from None

    def renewed(self, sealed: str) -> str:
        """Return the text sealed with the first key, unchanged where it already is."""
        from cryptography.fernet import InvalidToken

        try:
            self.first.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return sealed


class Signer:
    """Signs with the first of its keys, and knows what any of them has signed.

    What is signed has a key of its own, made from each key.

    Args:
        keys: As for a vault; without one it signs nothing.
    """

    PURPOSE = b"the end of the audit trail"

    def __init__(self, keys: str = "") -> None:
        self.plain = [base64.urlsafe_b64decode(key) for key in keys.split(",") if key]
        self.keys = self.derived(self.PURPOSE)

    def __bool__(self) -> bool:
        return bool(self.keys)

    def derived(self, purpose: bytes) -> list[bytes]:
        """Return a key for a purpose of its own, made from each of our keys, the first first."""
        return [hmac.digest(key, purpose, "sha256") for key in self.plain]

    def sign(self, text: str) -> str:
        return self.signatures(text)[0]

    def knows(self, text: str, signature: str) -> bool:
        """Return whether one of our keys has signed this text."""
        return any(
            [
                hmac.compare_digest(each.encode(), signature.encode())
                for each in self.signatures(text)
            ]
        )

    def signatures(self, text: str) -> list[str]:
        return [hmac.digest(key, text.encode(), "sha256").hex() for key in self.keys]


def new_key() -> str:
    """Return a key for ENCRYPTION_KEYS."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
