"""All access to files: where paths may lead, and how files are read and written."""

from shopform.files.atomic import (
    append,
    check_writable,
    make_directory,
    move,
    open_stream,
    read_bytes,
    remove,
    sync_directory,
    write_all,
    write_atomic,
)
from shopform.files.outputs import write_new, write_output, write_over
from shopform.files.paths import (
    OutsideError,
    allow_outside,
    hint,
    inside,
    own_files,
    read,
    real,
    reason,
    reporting,
    typed,
)

__all__ = [
    "OutsideError",
    "allow_outside",
    "append",
    "check_writable",
    "hint",
    "inside",
    "make_directory",
    "move",
    "open_stream",
    "own_files",
    "read",
    "read_bytes",
    "real",
    "reason",
    "remove",
    "reporting",
    "sync_directory",
    "typed",
    "write_all",
    "write_atomic",
    "write_new",
    "write_output",
    "write_over",
]
