"""QR codes of addresses, as SVG."""

import io

import segno


def draw_qr(text: str) -> str:
    """SVG of the QR code of a text, black on white, with the margin that readers need."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", scale=8, border=4, light="#fff", xmldecl=False, nl=False)
    return drawn.getvalue().decode()
