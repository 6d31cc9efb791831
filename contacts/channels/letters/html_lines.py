"""Lines of text as they come from HTML."""

import re

MAX_QUOTATION_DEPTH = 5


class Lines:
    """Lines of text, each behind the marks of its quotation. A line ends when the next text comes."""

    def __init__(self) -> None:
        self.finished: list[str] = []
        self.pieces: list[str] = []
        # Quotation of the text to come, and of the line.
        self.depth = self.line_depth = 0
        self.size = 0
        self.is_preformatted = self.is_ended = self.is_spaced = self.is_fresh = False

    def add(self, text: str, *, is_preformatted: bool = False) -> None:
        self.is_fresh &= not text.strip()
        if self.is_ended and text.strip():
            self._finish()
        if not self.pieces:
            self.line_depth = self.depth
        self.is_preformatted |= is_preformatted
        self.size += len(text)
        self.pieces.append(text)

    def end(self) -> None:
        """End the line, unless it is empty, or nothing has come since a cell began."""
        if self.is_fresh:
            return
        if any(piece.strip() for piece in self.pieces):
            self.is_ended = True
        else:
            self.pieces, self.is_preformatted = [], False

    def space(self) -> None:
        """Leave a blank line before the next one."""
        self.end()
        self.is_spaced = not self.is_fresh and (bool(self.finished) or self.is_ended)

    def begin_cell(self, *, is_joined: bool) -> None:
        """Let a cell begin here, whatever elements its text is in; `is_joined` on the line of the cell before."""
        if is_joined:
            self.is_ended = self.is_spaced = False
        else:
            self.end()
        self.is_fresh = True

    def break_line(self) -> None:
        """End the line, empty or not."""
        if self.is_ended:
            self._finish()
        if not self.pieces:
            self.line_depth = self.depth
        self._finish()

    def _finish(self) -> None:
        text = "".join(self.pieces)
        text = text.rstrip() if self.is_preformatted else re.sub(r" {2,}", " ", text).strip()
        marks = ">" * min(self.line_depth, MAX_QUOTATION_DEPTH)
        if self.is_spaced and not self.is_ended:
            self.finished.append("")
        self.finished.append(f"{marks} {text}" if marks and text else marks or text)
        if self.is_spaced and self.is_ended:
            self.finished.append("")
        self.pieces, self.is_preformatted, self.is_ended, self.is_spaced = [], False, False, False

    def text(self) -> str:
        self._finish()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.finished)).strip("\n").rstrip()
