"""
Runs in the sandbox: starts LibreOffice, speaks UNO with it over a pipe, and has it draw decks. Requests on stdin and replies on
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
from com.sun.star.beans import NamedValue, PropertyValue

from package import check, refusal

PIPE = "viga"
DECK = "/tmp/deck.pptx"
BOOT_SECONDS = 90
PROFILE_MADE = 81
# An office that takes itself for new tests its drawing first, which takes seconds at each start.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>99.0</value></prop></item>
</oor:items>
"""


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
        self.drawing = self._drawing()

    def _started(self):
        flags = ["--headless", "--invisible", "--nologo", "--norestore", "--nodefault", "--nofirststartwizard", "--nolockcheck"]
        return subprocess.Popen(
            [self.program, *flags, "-env:UserInstallation=file:///tmp/profile",
             f"--accept=pipe,name={PIPE};urp;StarOffice.ComponentContext"],
            stdin=subprocess.DEVNULL, stdout=sys.stderr)

    def _drawing(self):
        """What draws decks, in the office's own process."""
        loader = self.made("com.sun.star.loader.Python")
        if loader is None:
            raise SystemExit("the office runs no Python: its python3-uno is not whole")
        factory = loader.activate("viga.Drawing", "", "vnd.openoffice.pymodule:file:///viga/drawing", None)
        return factory.createInstanceWithContext(self.context)

    def made(self, service):
        return self.services.createInstanceWithContext(service, self.context)

    def version(self):
        provider = self.made("com.sun.star.configuration.ConfigurationProvider")
        read = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess",
            (PropertyValue(Name="nodepath", Value="/org.openoffice.Setup/Product"),))
        return f"{read.ooSetupVersion}{read.ooSetupExtension or ''}" if not read.ooSetupVersionAboutBox else read.ooSetupVersionAboutBox

    def answers(self):
        """-> whether the office is still there to be asked."""
        try:
            return self.services.getAvailableServiceNames() is not None and self.process.poll() is None
        except Exception:
            return False

    def draw(self, deck, width, most):
        """-> what stands on each slide or why the deck is refused, and a PNG of each slide."""
        check(deck)
        with open(DECK, "wb") as file:
            file.write(deck)
        asked = {"deck": DECK, "width": width, "most": most}
        try:
            told, *pictures = self.drawing.execute(tuple(NamedValue(name, value) for name, value in asked.items()))
        finally:
            os.unlink(DECK)
        return json.loads(told), [picture.value for picture in pictures]


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
            told, pictures = office.draw(deck, request["width"], request["most"])
        except Exception as error:
            told, pictures = {"refused": refusal(error)}, []
        # What an office that was ended in the middle says of a deck is none of the deck's doing: a fresh one is asked.
        if "refused" in told and not office.answers():
            os._exit(3)
        say(told, pictures)


main()
