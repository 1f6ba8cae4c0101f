"""
Draws decks. The office runs this in its own process, by its Python loader: asked from without, over the bridge, a slide is a
thousand questions, each of which costs more than its answer.
"""

import json
import os

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.task import XJob

from describe import described, measured
from package import Refused, refusal

PICTURE = "/tmp/slide.png"


def properties(**values):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


class Drawing(unohelper.Base, XJob):
    def __init__(self, context):
        self.context = context
        self.desktop = self.made("com.sun.star.frame.Desktop")

    def made(self, service):
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def execute(self, asked):
        """-> JSON of what stands on each slide or of why the deck is refused, and a PNG of each slide."""
        given = {each.Name: each.Value for each in asked}
        try:
            slides, pictures = self.drawn(given["deck"], given["width"], given["most"])
        except Exception as error:
            return (json.dumps({"refused": refusal(error)}),)
        return json.dumps({"slides": slides}), *map(uno.ByteSequence, pictures)

    def drawn(self, deck, width, most):
        # No macros, no links refreshed: 0 is never for both.
        document = self.desktop.loadComponentFromURL(
            f"file://{deck}", "_blank", 0, properties(Hidden=True, MacroExecutionMode=0, UpdateDocMode=0))
        if document is None or not hasattr(document, "DrawPages"):
            raise Refused("DeckUnreadable", "LibreOffice cannot open the deck", "let the library write it")
        try:
            count = document.DrawPages.Count
            if count > most:
                raise Refused("TooManySlides", f"the deck has {count} slides, more than {most}", "make fewer slides")
            pages = [document.DrawPages.getByIndex(index) for index in range(count)]
            pictures = [self.picture(page, width) for page in pages]
            # Measuring changes the document, whose pictures are taken by now.
            return [measured(page, described(page)) for page in pages], pictures
        finally:
            document.close(True)

    def picture(self, page, width):
        height = max(1, round(width * page.Height / page.Width))
        # A slide covers its picture: a channel that says so would be a third more to write and to read.
        size = properties(PixelWidth=width, PixelHeight=height, Compression=1, Translucent=False)
        export = self.made("com.sun.star.drawing.GraphicExportFilter")
        export.setSourceDocument(page)
        export.filter(properties(URL=f"file://{PICTURE}", MediaType="image/png",
                                 FilterData=uno.Any("[]com.sun.star.beans.PropertyValue", size)))
        with open(PICTURE, "rb") as file:
            taken = file.read()
        os.unlink(PICTURE)
        return taken


# What the office's loader looks for in a module.
g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Drawing, "viga.Drawing", ("viga.Drawing",))
