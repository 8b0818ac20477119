"""XLSX, XLSB, XLS and ODS into numbered rows of text, by calamine.

Formulas are never computed: a cell counts with the value that its program stored beside them.
"""

import io
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from firmament.lib.tabular.table import Row, TableError, TableLimits

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")

_DAMAGED = (
    "This spreadsheet is damaged or is not a spreadsheet at all. Open it in your spreadsheet program,"
    " save it as .xlsx and try again."
)
_ENCRYPTED = "This spreadsheet is protected with a password. Save it without a password and try again."
_BOMB = (
    "This spreadsheet unpacks to far more than it should. It was not opened. Save it again as .xlsx or .csv."
)


def kind(content: bytes) -> str:
    """xlsx, xlsb, ods or xls; empty when the bytes are no workbook.

    Raises TableError for archives and documents that are something else.
    """
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise TableError(_ENCRYPTED)
        return "xls"
    if content[:4] == b"\x09\x08\x10\x00" or content[:2] == b"\x09\x04":
        return "xls"
    if not content.startswith(ZIP):
        return ""
    names = {member.filename for member in _members(content)}
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsb" if "xl/workbook.bin" in names else "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    # LibreOffice and SoftMaker name the workbook part as they please.
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise TableError("This is an archive, not a table. Unpack it and choose the table inside.")


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise TableError(_DAMAGED) from error


def refuse_bombs(content: bytes, limits: TableLimits) -> None:
    """Judge an archive by its list of contents alone; raises TableError. Nothing is unpacked."""
    members = _members(content)
    if any(member.flag_bits & 1 for member in members):
        raise TableError(_ENCRYPTED)
    unpacked = sum(member.file_size for member in members)
    if len(members) > limits.members or unpacked > limits.unpacked:
        raise TableError(_BOMB)
    for member in members:
        # Small parts are often very regular, and harmless at their size.
        if member.file_size > 2**20 and member.file_size > limits.ratio * max(member.compress_size, 1):
            raise TableError(_BOMB)


def _refuse_entities(content: bytes) -> None:
    """No office program writes a DOCTYPE; who does wants entities expanded or files fetched."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if not member.filename.endswith((".xml", ".rels")):
                continue
            try:
                with archive.open(member) as part:
                    head = part.read(4096)
            except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
                raise TableError(_DAMAGED) from error
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise TableError(_DAMAGED)


def rows(content: bytes, kind: str, sheet: str, limits: TableLimits) -> tuple[str, list[str], Iterator[Row]]:
    """The sheet that was read, the sheets there are to choose from, and the rows.

    Without a name, the first visible sheet that has anything in it.
    """
    if kind in ("xlsx", "xlsb", "ods"):
        refuse_bombs(content, limits)
        _refuse_entities(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [
            each.name
            for each in workbook.sheets_metadata
            if each.visible is SheetVisibleEnum.Visible and each.typ is SheetTypeEnum.WorkSheet
        ]
        if sheet and sheet not in names:
            raise TableError("The sheet you chose is not in this file.")
        for name in [sheet] if sheet else names:
            chosen = workbook.get_sheet_by_name(name)
            if chosen.start is not None:
                return name, names, _numbered(chosen.start, chosen.iter_rows())
    except PasswordError as error:
        raise TableError(_ENCRYPTED) from error
    except (CalamineError, OSError, ValueError) as error:
        raise TableError(_ENCRYPTED if kind == "xls" and _locked_xls(content) else _DAMAGED) from error
    raise TableError("This spreadsheet is empty.")


def _locked_xls(content: bytes) -> bool:
    """Whether an old workbook is encrypted: calamine only says so of a file whose name ends in .xls."""
    with tempfile.NamedTemporaryFile(suffix=".xls") as named:
        named.write(content)
        named.flush()
        try:
            CalamineWorkbook.from_path(named.name)
        except PasswordError:
            return True
        except (CalamineError, OSError, ValueError):
            return False
    return False


def _numbered(start: tuple[int, int], cells: Iterator[Sequence[object]]) -> Iterator[Row]:
    # calamine gives the blank rows above the used area, but cuts the blank columns left of it.
    left = ("",) * min(start[1], 1_000)
    for number, row in enumerate(cells, start=1):
        yield Row(number, (*left, *map(as_text, row)))


def as_text(value: object) -> str:
    """A stored value the way a person would type it: ISO dates, whole numbers without a point."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            # Fifteen digits are what spreadsheet programs keep and show; 0.1 + 0.2 is 0.3 there.
            return f"{value:.15g}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.replace(microsecond=0).isoformat(sep=" ")
        case date():
            return value.isoformat()
        case time():
            return value.replace(microsecond=0).isoformat()
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return "" if value is None else str(value)
