"""The helper by which tests read pages: see `tests.pages`."""

import pytest
from django.http import HttpResponse, HttpResponseRedirect

from .pages import Page

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Inbox</title></head><body>
  <h1>In<b>box</b></h1>
  <script>let unseen</script>
  <ul id="rows">
    <li class="row unread"><a href="/inbox/1?a=1&amp;b=2">Jane &lt;b&gt;</a> <time>now</time>
    <li class="row"><a href="/inbox/2">Olive</a> <time>then</time>
  </ul>
  <ul id="empty"></ul>
</body></html>"""

FORM = """<form id="reply" action="/inbox/1/reply" method="post">
  <input type="hidden" name="csrfmiddlewaretoken" value="x">
  <input type="hidden" name="id" value="7">
  <input name="bare" disabled value="1">
  <fieldset disabled><input name="closed" value="1"></fieldset>
  <textarea name="body">
 Bonjour
  </textarea>
  <select name="channel"><option value="email">E-mail<option value="telegram" selected>Telegram</select>
  <select name="first"><option>A<option>B</select>
  <select name="many" multiple><option value="1" selected>1<option value="2">2<option value="3" selected>3</select>
  <input type="checkbox" name="yes" checked><input type="checkbox" name="no">
  <input type="radio" name="pick" value="a"><input type="radio" name="pick" value="b" checked>
  <input type="file" name="file"><button name="to" value="x">Send</button><input type="submit" name="s" value="y">
  <input name="elsewhere" form="other" value="1">
</form>
<input name="late" form="reply" value="2"><input name="nowhere" value="3"><form id="other"></form>"""


def test_a_page_is_read_as_a_browser_reads_it():
    page = Page(HttpResponse(PAGE))
    assert page.one("h1").text == "In box"
    assert page.text == "Inbox In box Jane <b> now Olive then"
    assert page.texts("#rows a") == ["Jane <b>", "Olive"]
    assert page.values("li.row a", "href") == ["/inbox/1?a=1&b=2", "/inbox/2"]
    assert [row.classes for row in page.all("li")] == [["row", "unread"], ["row"]]
    assert page.one("#empty").texts("li") == [] and not page.one("#empty").has("li")


def test_an_element_is_asked_for_what_is_within_it_alone():
    first, second = Page(PAGE).all("li")
    assert (first.texts("a"), first.all("li"), second.one("a")["href"]) == (["Jane <b>"], [], "/inbox/2")
    assert (first.one("a").get("title"), "href" in first.one("a"), "title" in first.one("a")) == (None, True, False)
    assert (first.without("time").text, first.text) == ("Jane <b>", "Jane <b> now")
    with pytest.raises(KeyError):
        first["href"]


def test_raw_text_keeps_its_white_space():
    page = Page("<p><b>4\u00a0500</b>,00&nbsp;€\n <i>net</i></p>")
    assert (page.one("p").raw_text, page.one("p").text) == ("4\u00a0500,00\u00a0€\n net", "4 500 ,00 € net")
    assert page.raw_text == page.one("p").raw_text


def test_a_list_of_selectors_gives_each_element_once_in_the_order_of_the_page():
    page = Page(PAGE)
    assert [element.tag for element in page.all("#empty, .unread, li, h1, .row")] == ["h1", "li", "li", "ul"]
    assert page.one("h1, body > h1").text == "In box"


def test_one_is_one():
    page = Page(PAGE)
    with pytest.raises(AssertionError, match=r"^no p\.none in <page>: Inbox In box Jane"):
        page.one("p.none")
    with pytest.raises(AssertionError, match=r"^2 of li: \[<li> 'Jane <b> now', <li> 'Olive then'\]$"):
        page.one("li")
    with pytest.raises(AssertionError, match="#rows is a ul, no form"):
        page.form("#rows")


def test_another_status_is_no_page():
    assert Page(HttpResponse("<p>gone", status=404), status=404).one("p").text == "gone"
    with pytest.raises(AssertionError, match=r"^302 to /sign-in, expected 200$"):
        Page(HttpResponseRedirect("/sign-in"))


def test_a_fragment_keeps_its_rows_without_a_table():
    page = Page('<tr id="more"><td>1<td>2</tr><tr><td>3</tr><div hx-swap-oob="afterbegin:#said"><p>Done.</p></div>')
    assert (page.texts("tr"), page.one("#more").texts("td")) == (["1 2", "3"], ["1", "2"])
    assert (page.one("[hx-swap-oob]")["hx-swap-oob"], page.text) == ("afterbegin:#said", "1 2 3 Done.")


def test_a_form_holds_what_a_browser_would_send():
    form = Page(FORM).form("#reply")
    assert (form.action, form.method) == ("/inbox/1/reply", "post")
    assert form.fields == {
        "id": "7",
        "body": " Bonjour\n  ",
        "channel": "telegram",
        "first": "A",
        "many": ["1", "3"],
        "yes": "on",
        "pick": "b",
        "late": "2",
    }
    other = Page(FORM).form("#other")
    assert (other.action, other.method, other.fields) == ("", "get", {"elsewhere": "1"})
