"""The history of an inquiry: an append-only row for each move, read oldest first.

An entry is made of plain values, so that it means the same wherever it is stored. The own table always has it; an
installation may have a shared status package too (`package`), which gets every entry after the move (`sharing`).
"""
