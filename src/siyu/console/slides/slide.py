"""One slide: boxes of text that never run over, pictures and tables inside their places, and the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from siyu.console.charts import theme
from siyu.console.context import Grid, Key
from siyu.console.slides.drawing import size_px
from siyu.console.slides.text import BOLD, LINE_EM, cut, em, fit, legal, lines

#: 16:9, in points.
WIDTH, HEIGHT, MARGIN = 960, 540, 44
FONTS = {"zh": ("Segoe UI", "Microsoft YaHei"), "en": ("Segoe UI", "Microsoft YaHei")}
MOST_ROWS = 12
CELL_MARGIN = 4
#: Lines that the head of a column may take.
HEAD_LINES = 2
#: The widest column, and the room a head has at least, in ems.
MOST_EM, LEAST_EM = 26.0, 4.0


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[Emu, Emu, Emu, Emu]:
        left, top, width, height = (Emu(Pt(round(side))) for side in (self.left, self.top, self.width, self.height))
        return left, top, width, height


@dataclass(frozen=True)
class Look:
    """How a text looks: sizes from the one wished for to the least one may read, colour, weight, side."""

    sizes_pt: tuple[float, ...]
    colour: str = theme.INK
    bold: bool = False
    align: str = "left"


class Slide:
    """A slide under way."""

    def __init__(self, slide: Any, lang: str) -> None:
        self.slide, self.fonts = slide, FONTS[lang]

    def title(self, text: str, box: Box, look: Look) -> None:
        """The slide's title: also what the outline and a screen reader say."""
        shape = self.slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = box.emu
        self._fill(shape.text_frame, text, box, look)

    def text(self, text: str, box: Box, look: Look) -> None:
        """A text in its box: smaller, then cut, where it would run over. Nothing for an empty text."""
        if text.strip():
            self._fill(self.slide.shapes.add_textbox(*box.emu).text_frame, text, box, look)

    def panel(self, box: Box, colour: str) -> None:
        """A plain coloured area."""
        shape = self.slide.shapes.add_shape(1, *box.emu)
        shape.fill.solid()
        shape.fill.fore_color.rgb = _colour(colour)
        shape.line.fill.background()
        shape.shadow.inherit = False

    def picture(self, png: bytes, box: Box, description: str) -> None:
        """A picture as large as its box allows, with the words that stand for it."""
        width, height = size_px(png)
        scale = min(box.width / width, box.height / height)
        place = Box(box.left, box.top, width * scale, height * scale)
        picture = self.slide.shapes.add_picture(BytesIO(png), *place.emu)
        picture.name = legal(description)[:120]
        picture._element.nvPicPr.cNvPr.set("descr", legal(description))

    def keys(self, keys: Iterable[Key], box: Box, size_pt: float = 11) -> None:
        """A chart's legend in one line; names are cut evenly where they would not fit."""
        shown = list(keys)
        if not shown:
            return
        each = box.width / size_pt / len(shown) - 2.6
        frame = self._frame(self.slide.shapes.add_textbox(*box.emu).text_frame)
        wide = sum(em(key.label) + 2.6 for key in shown) * size_pt > box.width
        for key in shown:
            label = cut(key.label, each * size_pt, size_pt, 1) if wide else key.label
            self._run(frame.paragraphs[0], "■ ", size_pt, key.colour)
            self._run(frame.paragraphs[0], f"{label}    ", size_pt, theme.MUTED)

    def table(self, grid: Grid, box: Box, more: str) -> None:
        """At most MOST_ROWS rows of a table, and what to say of the rest (`more` names their number as {n})."""
        rest = len(grid.rows) - MOST_ROWS
        note = more.format(n=rest) if rest > 0 else ""
        space = box.height - (18 if note else 0)
        rows = (grid.header, *grid.rows[:MOST_ROWS])
        row_height = min(space / (len(rows) + 1), 28)  # the heads may take two lines
        size = max(min(row_height * 0.42, 12), 7)
        widths = _widths(grid.header, rows[1:], box.width, size)
        taken = max(lines(name, (width - 2 * CELL_MARGIN) / BOLD, size) for name, width in zip(grid.header, widths))
        heights = [max(row_height, min(taken, HEAD_LINES) * size * LINE_EM + 2), *[row_height] * (len(rows) - 1)]
        shape = self.slide.shapes.add_table(len(rows), len(grid.header), *Box(
            box.left, box.top, box.width, sum(heights)).emu)  # fmt: skip
        for column, width in enumerate(widths):
            shape.table.columns[column].width = Pt(int(width))
        for i, row in enumerate(rows):
            shape.table.rows[i].height = Pt(int(heights[i]))
            for j, text in enumerate(row):
                self._cell(shape.table.cell(i, j), text, widths[j], size, i == 0, j > 0 and j not in grid.text)
        if note:
            self.text(note, Box(box.left, box.top + sum(heights) + 2, box.width, 16), Look((9,), theme.MUTED))

    def notes(self, *texts: str) -> None:
        """What the speaker reads."""
        self.slide.notes_slide.notes_text_frame.text = "\n\n".join(filter(None, map(legal, texts)))

    def _cell(self, cell: Any, text: str, width: float, size: float, head: bool, figure: bool) -> None:
        cell.margin_left = cell.margin_right = Pt(CELL_MARGIN)
        cell.margin_top = cell.margin_bottom = Pt(1)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.fill.solid()
        cell.fill.fore_color.rgb = _colour(theme.LINE if head else theme.PAPER)
        shown = cut(legal(text), (width - 2 * CELL_MARGIN) / (BOLD if head else 1), size, HEAD_LINES if head else 1)
        paragraph = cell.text_frame.paragraphs[0]
        cell.text_frame.word_wrap = True
        paragraph.alignment = PP_ALIGN.RIGHT if figure else PP_ALIGN.LEFT
        self._run(paragraph, shown, size, theme.INK, bold=head)

    def _fill(self, frame: Any, text: str, box: Box, look: Look) -> None:
        fitted = fit(legal(text), box.width / (BOLD if look.bold else 1), box.height, look.sizes_pt)
        frame = self._frame(frame)
        for place, line in enumerate(fitted.text.split("\n")):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT}[look.align]
            paragraph.line_spacing = Pt(round(fitted.size_pt * LINE_EM, 1))
            self._run(paragraph, line, fitted.size_pt, look.colour, bold=look.bold)

    def _frame(self, frame: Any) -> Any:
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = MSO_ANCHOR.TOP
        return frame

    def _run(self, paragraph: Any, text: str, size_pt: float, colour: str, *, bold: bool = False) -> None:
        run = paragraph.add_run()
        run.text = legal(text)
        run.font.size, run.font.bold, run.font.name = Pt(size_pt), bold, self.fonts[0]
        run.font.color.rgb = _colour(colour)
        east_asian = run.font._element.makeelement(qn("a:ea"), {"typeface": self.fonts[1]})
        run.font._element.find(qn("a:latin")).addnext(east_asian)


def _widths(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], width: float, size: float) -> list[float]:
    """Column widths by what stands in them, none wider than a third of the table; where there is no room for all, heads
    are cut before cells, and wide columns before narrow ones.
    """
    heads = [BOLD * em(name) for name in header]
    cells = [max((em(row[j]) for row in rows), default=0.0) for j in range(len(header))]
    wanted = [min(max(pair) + 1.5, MOST_EM) for pair in zip(heads, cells)]
    if sum(wanted) * size > width:
        wanted = [min(max(cell, min(head, LEAST_EM)) + 1.5, MOST_EM) for head, cell in zip(heads, cells)]
    most = _most(wanted, width / size)
    kept = [min(w, most) for w in wanted]
    return [width * w / sum(kept) for w in kept]


def _most(wanted: list[float], room: float) -> float:
    """The width to which the widest must come down for all to fit, where the narrow ones keep theirs."""
    for place, w in enumerate(rising := sorted(wanted)):
        share = (room - sum(rising[:place])) / (len(rising) - place)
        if w > share:
            return share
    return max(wanted)


def _colour(text: str) -> RGBColor:
    return RGBColor.from_string(text.lstrip("#").upper())
