"""Zip files: their members one at a time, in memory only, within limits on number, size and growth.

Nothing is written to disk, so a member's name can lead nowhere; it is only what the member is cited by.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from qa.formats import MAX_BYTES, Unreadable

MAX_MEMBERS = 20_000
MAX_TOTAL = 1_000_000_000  # bytes, unpacked
MAX_GROWTH = 200  # times its packed size, for a member above SMALL; prose grows about 3 times, a long log 50
SMALL = 1_000_000
_END = struct.Struct("<4s4H2LH")  # the record at the end of a zip file
_BAD = (BadZipFile, LargeZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error, struct.error)


def members(path: Path) -> Iterator[tuple[str, bytes | Unreadable]]:
    """(name, bytes or the reason why not) of each file in a zip file, hidden ones left out.

    Raises `Unreadable` when the zip file as a whole is refused.
    """
    with path.open("rb") as file, open_archive(file) as archive:
        for member in archive.infolist():
            name = PurePosixPath(member.filename.replace("\\", "/"))
            hidden = any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in name.parts)
            if member.filename.endswith("/") or hidden:
                continue
            try:
                if not name.name or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
                    raise Unreadable("its name leads out of the zip file, or nowhere", "pack it again with plain names")
                check(member)
                yield str(name), archive.read(member)
            except Unreadable as error:
                yield str(name), error
            except _BAD:
                yield str(name), Unreadable("it is damaged in the zip file", "pack it again")


def open_package(data: bytes) -> ZipFile:
    """The zip file that a document of some kinds is, with all its parts within the limits."""
    archive = open_archive(io.BytesIO(data))
    for member in archive.infolist():
        check(member)
    return archive


def open_archive(file: BinaryIO) -> ZipFile:
    """The zip file, once its listing is known to be within the limits. Raises `Unreadable`."""
    _check_listing(file)
    try:
        archive = ZipFile(file)
    except _BAD as error:
        raise Unreadable("it is damaged or not a zip file", "fetch or pack it again") from error
    total = sum(member.file_size for member in archive.infolist())
    if total > MAX_TOTAL:
        raise Unreadable(
            f"it unpacks to {total / 1e6:,.0f} MB, and at most {MAX_TOTAL / 1e6:,.0f} MB are read",
            "unpack it yourself if you trust it, and add the folder",
        )
    return archive


def check(member: ZipInfo) -> None:
    """Raises `Unreadable` for a member that is encrypted or that unpacks beyond the limits.

    `zipfile` never unpacks more than the size that is declared here.
    """
    if member.flag_bits & 1:
        raise Unreadable("it is encrypted", "unpack it with its password and add the file")
    if member.file_size > MAX_BYTES:
        raise Unreadable(
            f"it unpacks to {member.file_size / 1e6:,.0f} MB, and at most {MAX_BYTES / 1e6:,.0f} MB are read",
            "split it into parts",
        )
    if member.file_size > max(SMALL, MAX_GROWTH * member.compress_size):
        raise Unreadable(
            f"it unpacks to more than {MAX_GROWTH} times its size, as harmful files do",
            "unpack it yourself if you trust it, and add the file",
        )


def _check_listing(file: BinaryIO) -> None:
    """Refuses a listing too long to be read into memory, which the end of the file tells."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))  # the longest comment and the records before it
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + _END.size:
        raise Unreadable("it is damaged or not a zip file", "fetch or pack it again")
    length = _END.unpack_from(tail, at)[5]
    large = tail[max(0, at - 20) : at].startswith(b"PK\6\7")  # the form for more than 65,535 members or 4 GB
    if large or length > 200 * MAX_MEMBERS:
        raise Unreadable(f"it holds too many files or too much; at most {MAX_MEMBERS:,} are read", "unpack it")
