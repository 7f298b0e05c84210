"""Encryption at rest: what is sealed here can be read only with the keys of the settings, which no database holds."""

from models.core.errors import CRMError


class Locked(CRMError):
    """None of our keys opens it."""


class Vault:
    """Seals with the first of its keys, and opens what any of them has sealed.

    keys: Fernet keys separated by commas (AES-128-CBC with HMAC-SHA256, cryptography's own recipe).
    """

    def __init__(self, keys: str) -> None:
        from cryptography.fernet import Fernet, MultiFernet  # 30 ms that only a bot with installs needs

        each = [Fernet(key) for key in keys.split(",")]
        self.first, self.all = each[0], MultiFernet(each)

    def seal(self, text: str) -> str:
        return self.first.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed; Locked where no key of ours did it, or where it was changed since."""
        from cryptography.fernet import InvalidToken

        try:
            return self.all.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Locked("None of the ENCRYPTION_KEYS opens this. Add the key it was written with.") from None

    def renewed(self, sealed: str) -> str:
        """The same, sealed with the first key; itself where it is that already."""
        from cryptography.fernet import InvalidToken

        try:
            self.first.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.open(sealed))
        return sealed


def new_key() -> str:
    """A key for ENCRYPTION_KEYS."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
