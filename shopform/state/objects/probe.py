"""Whether a store refuses conditional writes that it has to refuse.

Some take them for plain ones: `rclone serve s3` 1.75 let 36 to 50 of 50 writers win, and Incus 7
does the same (lxc/incus#3651). Two runs would then both hold the lock.
"""

import uuid
from collections.abc import Callable

from shopform.errors import StoreError
from shopform.state.objects.blobs import Blobs, ConflictError, write


def probe(blobs: Blobs, key: str) -> None:
    """Raise StoreError where a lock would not hold. Leaves no object behind."""
    name = f"{key}.probe-{uuid.uuid4().hex}"
    first = write(blobs, name, b"1", None)
    try:
        safe = (
            first is not None
            and write(blobs, name, b"2", first) is not None
            and _refused(lambda: blobs.create(name, b"3"))
            and _refused(lambda: blobs.replace(name, b"4", first))
        )
    finally:
        blobs.delete([name])
    if not safe:
        raise StoreError(
            f"the store of `{blobs.place(key)}` ignores the conditions of conditional writes, so "
            "two runs could hold the lock at once",
            hint="use another store; S3, R2, GCS, Azure and SeaweedFS are known to work",
        )


def _refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except ConflictError:
        return True
    return False
