"""Whether a .pptx file may be opened, and handed to a person: what is in its archive, before the office reads any of it."""

import io
import re
import zipfile
from xml.parsers import expat

MOST_ENTRIES = 4000
MOST_BYTES = 192 * 2**20
MAIN = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


class Refused(Exception):
    def __init__(self, kind, message, hint):
        super().__init__(message)
        self.kind, self.hint = kind, hint


def refusal(error):
    """What is told of a deck that was refused, or that the office failed at."""
    if not isinstance(error, Refused):
        error = Refused("DeckUnreadable", f"LibreOffice cannot draw the deck: {str(error)[:300]}",
                        "let the library write it, and use plain shapes, texts, pictures, tables and charts")
    return {"type": error.kind, "message": str(error), "hint": error.hint}


def _unpacked(archive):
    """Every part in full: what an archive says of its sizes is not believed."""
    parts, room = {}, MOST_BYTES
    for entry in archive.infolist():
        with archive.open(entry) as stream:
            taken = []
            while chunk := stream.read(2**20):
                room -= len(chunk)
                if room < 0:
                    raise Refused("DeckTooLarge", f"the deck unpacks to more than {MOST_BYTES >> 20} MiB",
                                  "use fewer and smaller pictures")
                if entry.filename.endswith((".rels", ".xml")):
                    taken.append(chunk)
            parts[entry.filename] = b"".join(taken)
    return parts


def _elements(name, xml):
    """Attributes of every element of a part, by an XML reader that takes no document types."""
    found = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_):
        raise Refused("DeckUnreadable", f"{name} declares a document type", "write the deck with the library alone")

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda tag, attributes: found.append((tag, attributes))
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Refused("DeckUnreadable", f"{name} is no XML: {error}", "write the deck with the library alone")
    return found


def check(deck):
    """Raises Refused for what is no deck, is far too large, holds code, or would load something from elsewhere."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(deck))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError):
        raise Refused("DeckUnreadable", "output.pptx is no .pptx file", "let the library write it: writeFile({ fileName: 'output.pptx' })")
    if len(entries) > MOST_ENTRIES:
        raise Refused("DeckTooLarge", f"the deck holds {len(entries)} files, more than {MOST_ENTRIES}", "make fewer slides and pictures")
    try:
        parts = _unpacked(archive)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise Refused("DeckUnreadable", f"output.pptx is damaged: {error}", "let the library write it")
    # The library writes one part a picture, and one for the sheet of a chart.
    code = [name for name in parts if re.search(r"vbaProject|activeX|\.(bin|exe|dll|js|vbs|docm|xlsm|pptm|ole)$", name, re.I)]
    if code:
        raise Refused("DeckRefused", f"a deck may hold no code and no foreign objects: {code[0]}", "leave it out")
    types = {a.get("ContentType") for _, a in _elements("[Content_Types].xml", parts.get("[Content_Types].xml", b""))
             if a.get("PartName") == "/ppt/presentation.xml"}
    if types != {MAIN}:
        raise Refused("DeckUnreadable", "output.pptx has no presentation in it", "let the library write it")
    # The office shows an empty slide where a deck has none.
    if not any(re.fullmatch(r"ppt/slides/[^/]+\.xml", name) for name in parts):
        raise Refused("NoSlides", "the deck has no slide", "add one with addSlide()")
    for name, xml in parts.items():
        if name.endswith(".rels"):
            for _, relation in _elements(name, xml):
                _check_relation(relation)
        elif name.endswith(".xml") and b"<!DOCTYPE" in xml.upper():
            raise Refused("DeckUnreadable", f"{name} declares a document type", "write the deck with the library alone")


def _check_relation(relation):
    target = relation.get("Target", "")
    kind = relation.get("Type", "").rsplit("/", 1)[-1]
    if relation.get("TargetMode") != "External":
        if re.match(r"[a-z][a-z0-9+.-]*:|//|\\\\", target, re.I):
            raise Refused("DeckRefused", f"a part of the deck lies elsewhere: {target[:120]}", "use files of the task")
        return
    if kind == "hyperlink" and re.match(r"(https?://|mailto:)", target, re.I):
        return
    raise Refused("DeckRefused", f"the deck would load something from elsewhere ({kind}): {target[:120]}",
                  "use files of the task; links may lead to http, https and mailto addresses only")
