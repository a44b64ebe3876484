"""The report as slides for a review: a title, findings, and one slide for each question with its chart as a picture.

Small cells are protected by the caller (`smallcells.sheltered`).
"""

from __future__ import annotations

import datetime as dt
import zipfile
from io import BytesIO

from pptx import Presentation
from pptx.util import Pt

from siyu.console.charts import theme
from siyu.console.context import Finding, Indicator, Page, Panel, Section, Tile
from siyu.console.slides.drawing import png
from siyu.console.slides.slide import HEIGHT, MARGIN, WIDTH, Box, Look, Slide
from siyu.console.slides.text import legal
from siyu.console.words import Words
from siyu.core.progress import Progress, silent

ROOM = WIDTH - 2 * MARGIN
COLOUR = {"F": theme.F_BLUE, "A": theme.A_TEAL, "S": theme.S_OCHRE, "T": theme.T_PLUM}
#: The layout of the default template that holds a title and nothing else.
TITLE_ONLY = 5
#: The earliest moment a zip file can tell: the same page gives the same bytes.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
#: Where the chart or table of a question's slide stands, and what is above and below it.
BODY_TOP, BODY_BOTTOM = 118, 452

TITLE = Look((24, 22, 20, 18, 16), bold=True)
LEAD = Look((14, 13, 12, 11), theme.MUTED)
SMALL = Look((9, 8, 7.5), theme.MUTED)
MESSAGE, FAILED = Look((18, 16, 14, 12), theme.MUTED), Look((18, 16, 14, 12), theme.LEFT)


def slides(page: Page, *, now: dt.datetime, progress: Progress | None = None) -> bytes:
    """The file's bytes: the same for the same page and `now`."""
    say = progress or silent
    deck = Deck(page, now)
    deck.opening()
    deck.findings()
    every = [(section, panel) for section in page.sections for panel in section.panels]
    for place, (section, panel) in enumerate(every):
        say("slides", place / len(every))
        deck.question(section, panel)
    return deck.bytes()


class Deck:
    """The slides under way."""

    def __init__(self, page: Page, now: dt.datetime) -> None:
        self.page, self.words = page, Words(page.lang, page.currency)
        self.deck = Presentation()
        self.deck.slide_width, self.deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
        told = self.deck.core_properties
        told.title, told.author, told.last_modified_by = legal(page.title)[:250], "siyu", "siyu"
        told.created = told.modified = now.replace(tzinfo=None, microsecond=0)

    def opening(self) -> None:
        """Brand, day, and the four indicators."""
        page, slide = self.page, self._slide()
        slide.title(page.brand, Box(MARGIN, 62, ROOM, 76), Look((40, 34, 28, 24, 20), bold=True))
        slide.text(self.words("FAST+ private-domain report"), Box(MARGIN, 36, ROOM, 20), LEAD)
        slide.text(page.verdict, Box(MARGIN, 146, ROOM, 60), Look((18, 16, 14, 12)))
        facts = "   ".join(f"{name}: {value}" for name, value in page.facts)
        slide.text(facts, Box(MARGIN, 214, ROOM, 34), Look((12, 11, 10), theme.MUTED))
        width = (ROOM - 3 * 16) / 4
        for place, one in enumerate(page.indicators):
            self._indicator(slide, one, Box(MARGIN + place * (width + 16), 272, width, 216))
        slide.notes(page.verdict, facts, *page.footer)

    def findings(self) -> None:
        """Where to act first."""
        page, words, slide = self.page, self.words, self._slide()
        slide.title(words("Where to act first"), Box(MARGIN, 44, ROOM, 34), TITLE)
        lead = words(
            "The weightiest action of each campaign, sized by the brand's own rates. Money is an order of magnitude to "
            "choose by; what an action really adds is for a holdout to prove."
        )
        slide.text(lead, Box(MARGIN, 82, ROOM, 36), LEAD)
        if not page.findings:
            none = words("No finding rests on enough people yet: load more relations, orders or visits.")
            slide.text(none, Box(MARGIN, BODY_TOP + 40, ROOM, 120), MESSAGE)
        width = (ROOM - 16 * (len(page.findings) - 1)) / max(len(page.findings), 1)
        for place, one in enumerate(page.findings):
            self._finding(slide, one, Box(MARGIN + place * (width + 16), 140, width, 340))
        slide.notes(lead, *(f"{one.title}: {one.basis}" for one in page.findings))

    def question(self, section: Section, panel: Panel) -> None:
        """A question's slide: what to look for, the chart or else the table, the definition in small type."""
        slide = self._slide()
        chapter = f"{section.letter} · {section.tab}" if section.letter else section.tab
        slide.text(chapter, Box(MARGIN, 20, ROOM, 16), Look((11,), COLOUR.get(section.letter, theme.MUTED), bold=True))
        slide.title(panel.title, Box(MARGIN, 38, ROOM, 34), TITLE)
        slide.text(panel.look_for, Box(MARGIN, 76, ROOM, 36), LEAD)
        top = self._tiles(slide, panel.tiles)
        self._body(slide, panel, Box(MARGIN, top, ROOM, BODY_BOTTOM - top))
        slide.text(panel.note, Box(MARGIN, BODY_BOTTOM + 4, ROOM, 24), Look((10, 9, 8), theme.INK))
        slide.text(panel.definition, Box(MARGIN, BODY_BOTTOM + 32, ROOM, 36), SMALL)
        slide.text(" · ".join(panel.basis), Box(MARGIN, HEIGHT - 16, ROOM, 12), Look((8, 7.5), theme.MUTED))
        grid_note = panel.grid.note if panel.grid else ""
        slide.notes(panel.title, panel.look_for, panel.definition, " · ".join(panel.basis), panel.note, grid_note)

    def bytes(self) -> bytes:
        """The file, with its moments fixed."""
        drawn, fixed = BytesIO(), BytesIO()
        self.deck.save(drawn)
        with zipfile.ZipFile(drawn) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                entry = zipfile.ZipInfo(name, ZIP_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, source.read(name))
        return fixed.getvalue()

    def _slide(self) -> Slide:
        return Slide(self.deck.slides.add_slide(self.deck.slide_layouts[TITLE_ONLY]), self.page.lang)

    def _body(self, slide: Slide, panel: Panel, box: Box) -> None:
        """The message of a panel that has nothing to draw; else its picture, else its table."""
        if panel.message:
            slide.text(panel.message, Box(box.left, box.top, box.width, 62), FAILED if panel.failed else MESSAGE)
            box = Box(box.left, box.top + 70, box.width, box.height - 70)
        if panel.chart:
            slide.keys(panel.keys, Box(box.left, box.top, box.width, 16))
            below = 22 if panel.keys else 0
            place = Box(box.left, box.top + below, box.width, box.height - below)
            slide.picture(png(panel.chart, self.page.lang, ratio=place.width / place.height), place, panel.title)
        elif panel.grid and panel.grid.rows:
            slide.table(panel.grid, box, self.words("… {n} more in the workbook", n="{n}"))

    def _tiles(self, slide: Slide, tiles: tuple[Tile, ...]) -> float:
        """Figures that stand by themselves, in one row; where the body begins below them."""
        if not tiles:
            return BODY_TOP
        width = (ROOM - 12 * (len(tiles) - 1)) / len(tiles)
        for place, tile in enumerate(tiles):
            left = MARGIN + place * (width + 12)
            slide.text(tile.label, Box(left, BODY_TOP, width, 26), Look((10, 9, 8), theme.MUTED))
            slide.text(tile.value, Box(left, BODY_TOP + 27, width, 26), Look((18, 16, 14, 12, 10), bold=True))
            slide.text(tile.note, Box(left, BODY_TOP + 54, width, 24), Look((9, 8, 7.5), theme.MUTED))
        return BODY_TOP + (84 if any(tile.note for tile in tiles) else 60)

    def _indicator(self, slide: Slide, one: Indicator, box: Box) -> None:
        colour, inner = COLOUR.get(one.letter, theme.INK), box.width - 8
        slide.panel(Box(box.left, box.top, box.width, 3), colour)
        slide.text(f"{one.letter} · {one.name}", Box(box.left, box.top + 12, inner, 34), Look((14, 13, 12, 11), colour,
                                                                                          bold=True))  # fmt: skip
        slide.text(one.value, Box(box.left, box.top + 48, inner, 46), Look((34, 30, 26, 22, 18, 14), bold=True))
        slide.text(one.reason or one.question, Box(box.left, box.top + 96, inner, 34), Look((11, 10, 9), theme.MUTED))
        known = one.direction != "none"
        change = f"{one.change} {self.words('against the window before')}" if known else one.change
        tone = {"up": theme.UP, "down": theme.LEFT}.get(one.direction, theme.MUTED)
        slide.text(change, Box(box.left, box.top + 132, inner, 30), Look((12, 11, 10, 9), tone, bold=known))
        slide.text("\n".join(one.notes), Box(box.left, box.top + 164, inner, 52), Look((10, 9, 8), theme.MUTED))

    def _finding(self, slide: Slide, one: Finding, box: Box) -> None:
        words, half = self.words, (box.width - 8) / 2
        slide.panel(Box(box.left, box.top, box.width, 2), theme.S_OCHRE)
        slide.text(one.title, Box(box.left, box.top + 10, box.width, 48), Look((16, 15, 14, 13, 12), bold=True))
        for place, (value, label) in enumerate(((words.count(one.people), one.people_label),
                                                (words.money(one.money_minor), one.money_label))):  # fmt: skip
            left = box.left + place * (half + 8)
            slide.text(value, Box(left, box.top + 64, half, 30), Look((22, 20, 18, 16, 14), bold=True))
            slide.text(label, Box(left, box.top + 96, half, 28), Look((10, 9, 8), theme.MUTED))
        slide.text(one.text, Box(box.left, box.top + 132, box.width, 150), Look((13, 12, 11, 10)))
        slide.text(one.basis, Box(box.left, box.top + 288, box.width, 52), SMALL)
