"""
Runs in the sandbox: starts LibreOffice, speaks UNO with it over a pipe, and draws decks. Requests on stdin and replies on
stdout are a length of four bytes, JSON, and then the bytes that the JSON counts.
"""

import json
import os
import struct
import subprocess
import sys
import threading
import time

import uno
from com.sun.star.beans import PropertyValue

from describe import described, measured
from package import Refused, check

PIPE = "viga"
BOOT_SECONDS = 90
PROFILE_MADE = 81
# An office that takes itself for new tests its drawing first, which takes seconds at each start.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>99.0</value></prop></item>
</oor:items>
"""


def properties(**values):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


class Office:
    def __init__(self, program):
        self.program = program
        os.makedirs("/tmp/profile/user")
        with open("/tmp/profile/user/registrymodifications.xcu", "w") as file:
            file.write(SETTINGS)
        self.process = self._started()
        resolver = uno.getComponentContext().ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", uno.getComponentContext())
        end = time.monotonic() + BOOT_SECONDS
        while True:
            try:
                self.context = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
                break
            except Exception:
                code = self.process.poll()
                # The first start makes the profile, and asks to be started again.
                if code == PROFILE_MADE:
                    self.process = self._started()
                elif code is not None:
                    raise SystemExit(f"the office ended with code {code}")
                if time.monotonic() > end:
                    raise SystemExit(f"the office did not answer within {BOOT_SECONDS} s")
                time.sleep(0.02)
        self.services = self.context.ServiceManager
        self.desktop = self.made("com.sun.star.frame.Desktop")

    def _started(self):
        flags = ["--headless", "--invisible", "--nologo", "--norestore", "--nodefault", "--nofirststartwizard", "--nolockcheck"]
        return subprocess.Popen(
            [self.program, *flags, "-env:UserInstallation=file:///tmp/profile",
             f"--accept=pipe,name={PIPE};urp;StarOffice.ComponentContext"],
            stdin=subprocess.DEVNULL, stdout=sys.stderr)

    def made(self, service):
        return self.services.createInstanceWithContext(service, self.context)

    def version(self):
        provider = self.made("com.sun.star.configuration.ConfigurationProvider")
        read = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", properties(nodepath="/org.openoffice.Setup/Product"))
        return f"{read.ooSetupVersion}{read.ooSetupExtension or ''}" if not read.ooSetupVersionAboutBox else read.ooSetupVersionAboutBox

    def answers(self):
        """-> whether the office is still there to be asked."""
        try:
            return self.services.getAvailableServiceNames() is not None and self.process.poll() is None
        except Exception:
            return False

    def draw(self, deck, width, most):
        """-> what stands on each slide, and a PNG of each."""
        check(deck)
        path = "/tmp/deck.pptx"
        with open(path, "wb") as file:
            file.write(deck)
        # No macros, no links refreshed: 0 is never for both.
        document = self.desktop.loadComponentFromURL(
            f"file://{path}", "_blank", 0, properties(Hidden=True, MacroExecutionMode=0, UpdateDocMode=0))
        if document is None or not hasattr(document, "DrawPages"):
            raise Refused("DeckUnreadable", "LibreOffice cannot open the deck", "let the library write it")
        try:
            pages = document.DrawPages
            count = pages.Count
            if count > most:
                raise Refused("TooManySlides", f"the deck has {count} slides, more than {most}", "make fewer slides")
            slides, pictures = [], []
            for page in (pages.getByIndex(index) for index in range(count)):
                pictures.append(self.picture(page, width))
            for page in (pages.getByIndex(index) for index in range(count)):
                # Measuring changes the document, whose pictures are taken by now.
                slides.append(measured(page, described(page)))
            return slides, pictures
        finally:
            document.close(True)
            os.unlink(path)

    def picture(self, page, width):
        path = "/tmp/slide.png"
        height = max(1, round(width * page.Height / page.Width))
        size = properties(PixelWidth=width, PixelHeight=height, Compression=1)
        export = self.made("com.sun.star.drawing.GraphicExportFilter")
        export.setSourceDocument(page)
        export.filter(properties(URL=f"file://{path}", MediaType="image/png",
                                 FilterData=uno.Any("[]com.sun.star.beans.PropertyValue", size)))
        with open(path, "rb") as file:
            taken = file.read()
        os.unlink(path)
        return taken


def main():
    replies = os.fdopen(os.dup(1), "wb")
    # What the office prints is no reply.
    os.dup2(2, 1)

    def say(message, parts=()):
        head = json.dumps({**message, "bytes": [len(part) for part in parts]}).encode()
        replies.write(struct.pack(">I", len(head)) + head)
        for part in parts:
            replies.write(part)
        replies.flush()

    office = Office(sys.argv[1])
    # Without its office this process is no use to anybody.
    threading.Thread(target=lambda: (office.process.wait(), os._exit(3)), daemon=True).start()
    say({"version": office.version()})
    source = sys.stdin.buffer
    while length := source.read(4):
        request = json.loads(source.read(struct.unpack(">I", length)[0]))
        deck = source.read(request["deck"])
        try:
            slides, pictures = office.draw(deck, request["width"], request["most"])
            say({"slides": slides}, pictures)
        except Exception as error:
            # What an office that was ended in the middle says of a deck is none of the deck's doing: a fresh one is asked.
            if not office.answers():
                os._exit(3)
            if not isinstance(error, Refused):
                error = Refused("DeckUnreadable", f"LibreOffice cannot draw the deck: {str(error)[:300]}",
                                "let the library write it, and use plain shapes, texts, pictures, tables and charts")
            say({"refused": {"type": error.kind, "message": str(error), "hint": error.hint}})


main()
