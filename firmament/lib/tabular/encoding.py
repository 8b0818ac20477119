"""Which encoding is this text in? Always the same answer for the same bytes.

Marks first (BOM), then proof (UTF-8 is nearly impossible by accident), then a guess among the code
pages that office programs really write. The guess asks one question per letter: does it stand where
a letter of that language stands? In a wrong code page a small `ü` turns into a capital or a sign in
the middle of a word.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from firmament.lib.tabular.table import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_EVIDENCE = 24 * 1024
_HIGH = re.compile(rb"[\x80-\xff]")

_WESTERN = "äöüßéèêëàâáåæøçñíìîïóòôõúùûãœÄÖÜÉÈÀÂÁÅÆØÇÑÍÓÔÚ"
_CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäßôľĺŕăâîşţđĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽŐŰÖÜÄĽÔŞŢĐ"
_CYRILLIC = "".join(map(chr, range(0x410, 0x450))) + "ёЁіІїЇєЄґҐђћљњџјЂЋЉЊЏЈўЎ"
_GREEK = "".join(map(chr, range(0x391, 0x3CF))) + "Ά"
_TURKISH = "çğıöşüâîûÇĞİÖŞÜ"
_BALTIC = "ąčęėįšųūžāēģīķļņõäöüĄČĘĖĮŠŲŪŽĀĒĢĪĶĻŅÕÄÖÜ"
_SELDOM = "ìòùûïîëúœãźôâĺŕŐŰŁŻÔÓÚÛ"
_SIGNS = "€£§°©®–—‘’‚“”„…•·«»½¼²³\u00a0\u00ad¿¡ºª№µ×±"


@dataclass(frozen=True, slots=True)
class _Page:
    codec: str
    letters: str
    # A page that is rarer among office files has to be this much more plausible per letter.
    handicap: float = 0.0


_PAGES = (
    _Page("cp1252", _WESTERN),
    _Page("cp1250", _CENTRAL, 0.02),
    _Page("cp1251", _CYRILLIC, 0.05),
    _Page("cp1253", _GREEK, 0.08),
    _Page("cp1254", _TURKISH, 0.04),
    _Page("cp1257", _BALTIC, 0.06),
    _Page("iso8859-2", _CENTRAL, 0.06),
    _Page("iso8859-15", _WESTERN, 0.06),
    _Page("mac_roman", _WESTERN, 0.07),
    _Page("cp850", _WESTERN, 0.08),
    _Page("cp852", _CENTRAL, 0.1),
    _Page("cp866", _CYRILLIC, 0.1),
    _Page("koi8-r", _CYRILLIC, 0.1),
)
# Double-byte pages with the lead bytes of their everyday characters. In western text a lone high
# byte followed by a Latin letter lands outside of these, or does not decode at all.
_DOUBLE = (
    # Korean before Chinese: its syllables are the first half of the Chinese range, and no longer
    # Chinese text keeps to that half.
    ("euc_kr", ((0xB0, 0xC8),)),
    ("gb18030", ((0xB0, 0xD7), (0xA3, 0xA3))),
    ("cp932", ((0x82, 0x83), (0x88, 0x97))),
    ("big5", ((0xA4, 0xC6),)),
)


def decode(content: bytes) -> tuple[str, str]:
    """The text without its mark, and the name of the encoding it was read in.

    Raises TableError where the bytes are not text.
    """
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return _strictly(content, codec), codec.removesuffix("-sig")
    if b"\0" in content:
        codec = _unmarked_utf16(content)
        return _strictly(content, codec), codec
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    mended = _mended_utf8(content)
    if mended is not None:
        return mended, "utf-8"
    codec = guess(content)
    return content.decode(codec), codec


def _strictly(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise TableError(
            "This file begins like a text file but is damaged further down. Save it again and try once more."
        ) from error


def _unmarked_utf16(content: bytes) -> str:
    """UTF-16 without a mark: every second byte of digits, commas and line ends is zero."""
    sample = content[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 8 * even and odd * 10 > len(sample) // 2:
        return "utf-16-le"
    if even > 8 * odd and even * 10 > len(sample) // 2:
        return "utf-16-be"
    raise TableError(
        "This is not a table: the file holds binary data. Save it as .xlsx or .csv and try again."
    )


def _mended_utf8(content: bytes) -> str | None:
    """UTF-8 into which somebody pasted a few rows of another encoding; None when it is not UTF-8."""
    valid = content.decode("utf-8", "ignore")
    broken = len(content) - len(valid.encode())
    whole = len(valid) - len(valid.encode("ascii", "ignore"))
    if whole < 10 * broken:
        return None
    return re.sub(
        r"[\udc80-\udcff]",
        lambda found: bytes([ord(found[0]) - 0xDC00]).decode("cp1252", "replace"),
        content.decode("utf-8", "surrogateescape"),
    )


def guess(content: bytes) -> str:
    """The most plausible code page of text that is not Unicode. latin-1 when nothing else fits."""
    sample = _telling_lines(content)
    high = len(re.findall(rb"[\x80-\xff]", sample))
    scores: list[tuple[float, str]] = []
    for page in _PAGES:
        try:
            text = sample.decode(page.codec)
        except UnicodeDecodeError:
            continue
        scores.append((_plausibility(text, page.letters) / high - page.handicap, page.codec))
    scores += ((_double_plausibility(sample, codec, leads), codec) for codec, leads in _DOUBLE)
    # The sort is stable, so that at equal plausibility the order above decides.
    for score, codec in sorted(scores, key=lambda each: -round(each[0], 6)):
        if score > -1.0 and _decodes(content, codec):
            return codec
    return "latin-1"


def _telling_lines(content: bytes) -> bytes:
    """The first lines that have anything beyond ASCII in them: all the evidence, at bounded cost."""
    lines: list[bytes] = []
    size = position = 0
    while size < _EVIDENCE and (found := _HIGH.search(content, position)):
        start = max(content.rfind(b"\n", position, found.start()) + 1, found.start() - 4000, position)
        end = content.find(b"\n", found.start(), found.start() + 4000)
        position = end if end >= 0 else min(found.start() + 4000, len(content))
        lines.append(content[start:position])
        size += position - start
    return b"\n".join(lines)


def _decodes(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _plausibility(text: str, letters: str) -> float:
    """The sum over characters beyond ASCII: about 1 where each stands well, below 0 where not."""
    total = 0.0
    for index in (found.start() for found in re.finditer(r"[^\x00-\x7f]", text)):
        character = text[index]
        before = text[index - 1] if index else " "
        after = text[index + 1] if index + 1 < len(text) else " "
        total += _standing(character, before, after, letters)
    return total


def _standing(character: str, before: str, after: str, letters: str) -> float:
    if not character.isalpha():
        if unicodedata.category(character).startswith("C") and character != "\u00ad":
            return -2.0
        # A sign inside a word is the surest trace of a wrong page; ’ and · do stand there.
        inside = before.isalpha() and after.isalpha() and character not in "’·\u00ad"
        return -1.5 if inside else 0.5 if character in _SIGNS else -0.5
    value = _weight(character, after, letters)
    if not (before.isalpha() or after.isalpha()):
        value -= 0.7
    if character.isupper() and before.isalpha() and (before.islower() or after.islower()):
        value -= 1.5
    # Words keep to one alphabet, and in a Latin one plain letters part the accented ones.
    mixed = any(side.isalpha() and _alphabet(side) != _alphabet(character) for side in (before, after))
    crowded = _alphabet(character) == 0 and _accented(before) and _accented(after)
    return value - 0.7 if mixed or crowded else value


def _weight(character: str, after: str, letters: str) -> float:
    if character not in letters:
        return -0.5
    # Portuguese writes õ before e alone; elsewhere it is a Hungarian ő read in the western page.
    if character == "õ" and letters is _WESTERN:
        return 0.9 if after == "e" else 0.3
    return 0.8 if character in _SELDOM else 1.0


def _accented(character: str) -> bool:
    return character > "\x7f" and character.isalpha()


def _alphabet(letter: str) -> int:
    code = ord(letter)
    return 0 if code < 0x370 else 1 if code < 0x400 else 2


def _double_plausibility(content: bytes, codec: str, leads: tuple[tuple[int, int], ...]) -> float:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return -1.0
    foreign = [character for character in text if character > "\x7f"]
    if len(foreign) < 2:
        return -1.0
    everyday = 0
    for character in foreign:
        lead = character.encode(codec)
        everyday += len(lead) == 2 and any(low <= lead[0] <= high for low, high in leads)
    # Western text has single accented letters between plain ones; these scripts come in runs.
    runs = sum(len(run) for run in re.findall(r"[^\x00-\x7f]{2,}", text))
    return (2 * everyday / len(foreign) - 1) * (runs / len(foreign)) + 0.02
