"""A visitor's request in labelled words of HTML: rows, columns, blocks, bold labels."""

from contacts.channels.message import Lead

from .email_reading import PORTAL, read

HTML = "text/html; charset=utf-8"
PAGES = {
    "rows": "<table><tr><td>Name</td><td>Léa Roux</td></tr>"
    "<tr><td>Phone</td><td><a href='tel:+33612345678'>06 12 34 56 78</a></td></tr>"
    "<tr><td>E-mail</td><td><a href='mailto:lea@visitor.example'>lea@visitor.example</a></td></tr>"
    "<tr><td>Message</td><td>Is it free?<br>I can come.</td></tr></table>",
    "columns": "<table><tr><th>Name</th><th>E-mail</th><th>Phone</th></tr><tr><td>Léa Roux</td>"
    "<td>lea@visitor.example</td><td>06 12 34 56 78</td></tr></table><p>Message:</p><p>Is it free?<br>I can come.</p>",
    "blocks": "<div>Name</div><div>Léa Roux</div><div>E-mail</div><div>lea@visitor.example</div><div>Phone</div>"
    "<div>06 12 34 56 78</div><div>Message</div><div>Is it free?</div><div>I can come.</div>",
    "bold labels": "<p><b>Name:</b> Léa Roux<br><b>E-mail:</b> lea@visitor.example<br><b>Phone:</b> 06 12 34 56 78</p>"
    "<p><b>Message:</b><br>Is it free?<br>I can come.</p>",
}


def test_labelled_words_in_html(subtests):
    expected = Lead(
        name="Léa Roux",
        email="lea@visitor.example",
        phone="06 12 34 56 78",
        message="Is it free?\nI can come.",
        source="portal.example",
    )
    for label, page in PAGES.items():
        with subtests.test(label):
            assert read(page, From=PORTAL, Content_Type=HTML).lead == expected


def test_table_in_an_answer_of_a_person_is_no_lead():
    for mark in ("<div class='gmail_quote'>", "<blockquote>"):
        page = f"<p>Yes.</p>{mark}{PAGES['rows']}"
        assert read(page, From="Léa <lea@visitor.example>", Content_Type=HTML).lead is None
