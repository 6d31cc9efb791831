"""Decode the words of an e-mail: as it declares, else as they are.

charset-normalizer guesses where nothing is declared. Programs declare Latin-1 and mean Windows-1252, or name one
character set and send UTF-8; no library corrects that.
"""

import codecs
import re
from contextlib import suppress

# Names that Python does not know, and names under which programs send a larger set.
ALIASES = {
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "iso_8859-1", "latin-1", "latin1"), "cp1252"),
    **dict.fromkeys(("ansi", "windows1252", "win-1252", "iso-8859-1-windows-1252"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "cp936", "gb_2312-80", "euc-cn", "windows-936"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601", "euc-kr", "ksc5601"), "cp949"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("windows-874", "x-windows-874", "tis-620", "iso-8859-11", "cp874"), "cp874"),
    **dict.fromkeys(("big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical"), "iso-8859-8"),
    **dict.fromkeys(("unicode-1-1-utf-8", "utf8mb4", "x-utf-8", "utf-8-mac", "unicode"), "utf-8"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7"), "utf-7"),
    **dict.fromkeys(("macintosh", "x-mac-roman", "x-macroman", "mac"), "mac-roman"),
}
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Punycode takes the square of the length to decode, and no mail program writes any of these.
UNUSED = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
# Their bytes may all be ASCII.
SEVEN_BIT = re.compile(r"iso2022|hz|utf-?_?(?:7|16|32)")
SINGLE_BYTE = re.compile(r"cp(?:12|8)|iso8859|mac|koi8|latin")
UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
# Letters and marks of Western Europe, as Windows-1252 writes them.
WESTERN = set("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸ€’‘“”„«»–—…°²³·•§£¿¡ºª\xa0")
MARK_IN_WORD = re.compile("[a-zß-ÿ][¿¡²³¹£§·ª°«»¢¥¼½¾±µ¶¸¬¯¦¤¨´×÷][a-zß-ÿ]", re.I)
# In which mails are written; others would only be mistaken for them.
GUESSED = ["cp1250", "iso8859_2", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp874", "cp1252"]
GUESSED += ["gb18030", "big5", "cp932", "euc_jp", "cp949", "iso2022_jp", "utf_16"]
SAMPLE = 20_000  # bytes


def decode(data: bytes, declared: str = "") -> str:
    """Text of bytes; `declared` names their character set, "" for none. A wrong byte becomes one replacement sign."""
    for bom, name in BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
    codec = _codec(declared)
    if data.isascii() and not SEVEN_BIT.search(codec):
        return data.decode("ascii")
    if _is_utf8(data, codec):
        return data.decode("utf-8", "replace")
    if codec not in ("", "utf-8"):
        return _decode_as(data, codec)
    return _decode_as(data, _guess(data))


def html_charset(data: bytes) -> str:
    """Character set that HTML declares of itself, "" for none."""
    match = META.search(data[:5000])
    return match[1].decode("ascii", "replace") if match else ""


def is_declared(charset: str) -> bool:
    """Return true for a character set that can be decoded and says more than ASCII does."""
    return charset.lower() not in ("us-ascii", "ascii") and _codec(charset) != ""


def _codec(declared: str) -> str:
    """Python's name of a character set, "" for none and for an unknown one."""
    name = declared.strip().strip("\"';").strip().lower()
    with suppress(LookupError, ValueError):
        codec = codecs.lookup(ALIASES.get(name, name)).name
        b"".decode(codec)  # Raises LookupError for what is no character set, such as zlib.
        return "" if codec in UNUSED else codec
    return ""


def _is_utf8(data: bytes, codec: str) -> bool:
    """Return true for UTF-8, whatever is declared."""
    characters = len(UTF8_CHARACTER.findall(data[: 50 * SAMPLE]))
    if codec in ("", "utf-8"):
        # A few wrong bytes are no other character set.
        wrong = len(re.findall(rb"[\x80-\xff]", UTF8_CHARACTER.sub(b"", data[: 50 * SAMPLE])))
        return characters > wrong or (characters > 0 and wrong <= 1 and codec == "utf-8")
    if SEVEN_BIT.search(codec):
        return False
    # Two Chinese characters may look like UTF-8; a whole text does not.
    if characters < (1 if SINGLE_BYTE.match(codec) else 4):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_as(data: bytes, codec: str) -> str:
    if codec == "utf-16":
        # Without a byte order mark; the zeros of Western text tell.
        codec = "utf-16-be" if data[:200:2].count(0) > data[1:200:2].count(0) else "utf-16-le"
    try:
        return data.decode(codec, "replace")
    except (LookupError, ValueError):
        return data.decode("cp1252", "replace")


def _guess(data: bytes) -> str:
    """The character set of bytes that declare none and are no UTF-8."""
    sample = data[:SAMPLE]
    if _is_western(sample.decode("cp1252", "replace")):
        return "cp1252"
    for codec in ("cp1251", "koi8_r"):
        if _is_cyrillic(sample.decode(codec, "replace")):
            return codec
    # Its tables take 2 MB, in every process that never reads such an e-mail.
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=GUESSED).best()
    return best.encoding if best else "cp1252"


def _is_western(text: str) -> bool:
    """Return true for a text whose letters beyond ASCII are few and usual, and whose marks stand outside words."""
    odd = [character for character in text if ord(character) > 127]
    plain = len(re.findall(r"[A-Za-z]", text))
    usual = sum(character in WESTERN for character in odd)
    return usual >= 0.9 * len(odd) and (len(odd) <= plain or len(odd) < 3) and not MARK_IN_WORD.search(text)


def _is_cyrillic(text: str) -> bool:
    """Return true for Russian words; the wrong one of their two character sets swaps large and small letters."""
    odd = re.findall(r"[^\x00-\x7f]", text)
    return len(re.findall("[а-яё]", text)) >= 0.6 * len(odd) and len(re.findall("[А-ЯЁа-яё]", text)) >= 0.9 * len(odd)
