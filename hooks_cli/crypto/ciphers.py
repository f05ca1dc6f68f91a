"""AES-256-GCM and scrypt: the only module that imports `cryptography`. Loaded on demand."""

from __future__ import annotations

from hooks_cli.system.python_startup import complete

complete()

from cryptography.exceptions import InvalidTag  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: E402

__all__ = ["AESGCM", "InvalidTag", "Scrypt"]
