"""Who is on which side of an experiment, by reader and for good, and what it says."""

import hashlib
import hmac

HELD, SHOWN = "held", "shown"


def arm_of(reader: str, key: bytes, share: float) -> str:
    """Return the reader's side: `held@0.1` without suggestions, `shown@0.1` with; `""` at share 0.

    A keyed hash of the reader decides, so that a reader stays where they are, the workspace's
    shares hold on average, and nobody can choose. The share is part of the side: sides of another
    share were drawn from other odds, and are compared apart.
    """
    if not share:
        return ""
    drawn = hmac.digest(key, f"holdout\0{reader}".encode(), hashlib.sha256)[:8]
    side = HELD if int.from_bytes(drawn) < share * 2**64 else SHOWN
    return f"{side}@{share:g}"
